import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { JsonObject } from '@tessera/model';

/** What a page with a key of its own may lie about. */
export interface KeyLies {
  readonly origin?: string;
  readonly rpId?: string;
  readonly counter?: number;
  readonly challenge?: string;
  readonly isVerified?: boolean;
}

/** A WebAuthn authenticator in software, as honest as it is told to be. */
export class SoftwareKey {
  readonly id = randomBytes(16);
  counter = 0;
  readonly origin: string;
  readonly rpId: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  constructor(origin: string, rpId: string) {
    this.origin = origin;
    this.rpId = rpId;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  /** RegistrationResponseJSON. */
  register(options: JsonObject, lies: KeyLies = {}): JsonObject {
    const authData = this.#authData({ ...lies, counter: lies.counter ?? 0 }, this.#attested());
    const attestation = Buffer.concat([
      cborMap(3),
      ...[cborText('fmt'), cborText('none'), cborText('attStmt'), cborMap(0)],
      ...[cborText('authData'), cborBytes(authData)],
    ]);
    const clientData = this.#clientData('webauthn.create', options, lies);
    return this.#toJson({
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['usb'],
    });
  }

  /** AuthenticationResponseJSON. */
  assert(options: JsonObject, lies: KeyLies = {}): JsonObject {
    this.counter += 1;
    const authData = this.#authData({ ...lies, counter: lies.counter ?? this.counter });
    const clientData = this.#clientData('webauthn.get', options, lies);
    const hash = createHash('sha256').update(clientData).digest();
    const signer = createSign('sha256').update(Buffer.concat([authData, hash]));
    return this.#toJson({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signer.sign(this.#privateKey).toString('base64url'),
    });
  }

  #toJson(response: JsonObject): JsonObject {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, options: JsonObject, lies: KeyLies): Buffer {
    const challenge = lies.challenge ?? String(options.challenge);
    const origin = lies.origin ?? this.origin;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #authData(lies: KeyLies, attested?: Buffer): Buffer {
    const rpIdHash = createHash('sha256')
      .update(lies.rpId ?? this.rpId)
      .digest();
    const flags = 0x01 | (lies.isVerified ? 0x04 : 0) | (attested ? 0x40 : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? 0);
    return Buffer.concat([rpIdHash, Buffer.of(flags), counter, ...(attested ? [attested] : [])]);
  }

  /** AAGUID, id and COSE key (EC2, ES256, P-256). */
  #attested(): Buffer {
    const { x, y } = this.#publicKey.export({ format: 'jwk' });
    const key = Buffer.concat([
      cborMap(5),
      Buffer.of(0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21),
      cborBytes(Buffer.from(x ?? '', 'base64url')),
      Buffer.of(0x22),
      cborBytes(Buffer.from(y ?? '', 'base64url')),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    return Buffer.concat([Buffer.alloc(16), length, this.id, key]);
  }
}

const cborMap = (size: number) => Buffer.of(0xa0 | size);
const cborText = (text: string) =>
  Buffer.concat([Buffer.of(0x60 | text.length), Buffer.from(text)]);
const cborBytes = (bytes: Buffer) => Buffer.concat([Buffer.of(0x58, bytes.length), bytes]);
