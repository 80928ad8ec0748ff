#!/bin/sh
# The first process of a container: makes its root folder, then becomes its program. In mount and process namespaces of
# its own. `mounts` has a line for each mount: source, target, ro or rw, with tabs between.
set -eu
root=$1 mounts=$2 root_access=$3
shift 3

mount --make-rprivate /
mount -t tmpfs -o mode=0755 none "$root"
for name in bin sbin lib lib32 lib64; do
  # Where these are folders of their own, they are among the mounts.
  if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"; fi
done
mkdir "$root/proc"
mkdir -m 1777 "$root/tmp"
mount -t proc none "$root/proc"
while IFS='	' read -r source target access; do
  if [ -d "$source" ]; then
    mkdir -p "$root$target"
  else
    mkdir -p "$root${target%/*}"
    [ -e "$root$target" ] || : >"$root$target"
  fi
  mount -o "bind,$access" "$source" "$root$target"
done <"$mounts"
[ "$root_access" = rw ] || mount -o remount,ro none "$root"

# Whoever started this waits for it: from here on the program hears signals.
echo made >&3
exec chroot "$root" "$@" 3>&-
