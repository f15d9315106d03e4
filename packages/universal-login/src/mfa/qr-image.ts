import { toString as toSvg } from 'qrcode';

/** A QR code as an image that the page's policy lets in (`data:`). Nothing is fetched. */
export async function createQrImage(text: string): Promise<string> {
  const svg = await toSvg(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
