/** The address of a web page; null for anything else: other schemes run script or start programs. */
export function parseWebUrl(text: string | undefined): URL | null {
  const url = text === undefined ? null : URL.parse(text);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : null;
}
