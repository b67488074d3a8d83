/**
 * Whether the whole of `text` matches: `*` stands for any characters, `?` for exactly one, all others for themselves,
 * case-sensitive. Time grows with the product of the two lengths at worst, whatever the glob.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = [...glob];
  const characters = [...text];
  let [p, c] = [0, 0];
  let [starAt, resumeAt] = [-1, 0];
  while (c < characters.length) {
    if (pattern[p] === '*') {
      [starAt, resumeAt] = [p, c];
      p += 1;
    } else if (pattern[p] === '?' || pattern[p] === characters[c]) {
      p += 1;
      c += 1;
    } else if (starAt >= 0) {
      // The last star takes one character more; earlier ones never need to.
      resumeAt += 1;
      [p, c] = [starAt + 1, resumeAt];
    } else {
      return false;
    }
  }
  return pattern.slice(p).every((rest) => rest === '*');
}
