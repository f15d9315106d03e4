/** Deepest nesting that a body may have; deeper ones are refused instead of walked. */
export const MAX_JSON_DEPTH = 64;

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/** Reads JSON only to find where it stops being JSON: the engine's own messages do not always say. */
class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Offset of the first character that cannot stand where it stands; undefined when all can. */
  findError(): number | undefined {
    const isValue = this.#skipValue(0);
    this.#skip(SPACE);
    return isValue && this.#at === this.#text.length ? undefined : this.#at;
  }

  #skipValue(depth: number): boolean {
    this.#skip(SPACE);
    const opening = this.#text[this.#at];
    if (opening === '{' || opening === '[') {
      return depth < MAX_JSON_DEPTH && this.#skipContainer(opening, depth);
    }
    return this.#skip(SCALAR);
  }

  #skipContainer(opening: '{' | '[', depth: number): boolean {
    const closing = opening === '{' ? '}' : ']';
    this.#at += 1;
    if (this.#accept(closing)) return true;
    for (;;) {
      if (opening === '{' && !(this.#skip(SPACE) && this.#skip(STRING) && this.#accept(':')))
        return false;
      if (!this.#skipValue(depth + 1)) return false;
      if (this.#accept(closing)) return true;
      if (!this.#accept(',')) return false;
    }
  }

  #accept(character: string): boolean {
    this.#skip(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.#at += match[0].length;
    return true;
  }
}

/** Offset, from 0, of the first character of `text` that makes it invalid JSON. */
export const findJsonError = (text: string): number | undefined =>
  new JsonScanner(text).findError();
