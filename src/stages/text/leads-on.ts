/** A chunk that ended with one of these, a figure or an abbreviation would sound cut off. */
const LEADS_ON = new Set(
  `a an the this that these those my your his her its our their no and or but nor so because if when while until who
   whose which where of to in on upon at by for from with into over under after before between about as than is are was were be am will can could would should may has have
   had do does did not very more rm dan atau tetapi tapi kerana sebab jika kalau bila hingga sehingga yang di ke dari
   daripada pada kepada untuk dengan oleh dalam akan telah sudah boleh tidak tak sangat lebih adalah ialah
   zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty
   ninety hundred thousand million point ringgit kosong sifar satu dua tiga empat lima enam tujuh lapan sembilan
   sepuluh sebelas puluh belas ratus seratus ribu seribu juta`.split(/\s+/),
);

/** @param word - one word without white space, cut to its last characters if it is long. */
export function leadsOn(word: string): boolean {
  return /[\p{N}.]$/u.test(word) || LEADS_ON.has(word.toLowerCase().replace(/-.*$/s, ''));
}
