/**
 * Sets an own member, whatever its name is: a plain assignment to `__proto__` would change the
 * prototype instead.
 */
export function setMember(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    Reflect.set(target, key, value);
  }
}
