/** Text that was encoded twice: UTF-8 whose bytes somebody read as Latin-1, as some of Copernico's answers are. Pure. */

/** The characters that Windows-1252, which often passes for Latin-1, has in the place of the bytes 0x80 to 0x9F. */
const windowsBytes = new Map(
  [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'].map((character, position) => [
    character,
    0x80 + position,
  ]),
);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * `MarÃ­a` → `María`. Text is changed only where all of it reads as bytes and these are valid UTF-8 with something beyond
 * ASCII: `SÃO` and `María` are not. Text in capitals must stay in capitals, so that a name that ends in `Ã` before a
 * no-break space (`IRMÃ LUCIA`) is left alone. A second pass changes nothing.
 */
export function repairText(text: string): string {
  for (let current = text; ; ) {
    const repaired = decodedOnce(current);
    if (repaired === undefined) return current;
    current = repaired;
  }
}

/** One layer less; undefined where the text is no double-encoded one. */
function decodedOnce(text: string): string | undefined {
  // Every character beyond ASCII begins with a byte from C2 to F4: most text leaves here.
  if (!/[\u00c2-\u00f4]/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const byte = code <= 0xff ? code : windowsBytes.get(text.charAt(at));
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  try {
    const decoded = utf8.decode(bytes);
    return isCapitals(text) && !isCapitals(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

function isCapitals(text: string): boolean {
  return text === text.toUpperCase();
}
