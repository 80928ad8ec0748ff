"""Unpacks the chat templates of llama.cpp's source. Standard library only.

usage: templates.py LLAMA_CPP.tar.gz OUT_DIR
"""

import os
import sys
import tarfile

archive, out = sys.argv[1:]
with tarfile.open(archive) as members:
    for member in members:
        if "/models/templates/" in member.name and member.name.endswith(".jinja"):
            with open(os.path.join(out, os.path.basename(member.name)), "wb") as file:
                file.write(members.extractfile(member).read())
