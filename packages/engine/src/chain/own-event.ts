import type { JsonObject } from '@tessera/model';
import {
  cloneJson,
  cloneJsonObject,
  type MutableJson,
  type MutableJsonObject,
} from '../json/clone-json.ts';

// Taken before an author's code could replace them.
const { defineProperty } = Reflect;
const { keys } = Object;

/** What stands behind an event whose members are copied when they are read. */
interface Backing {
  readonly source: JsonObject;
  /** Members that were read or written. */
  readonly own: Map<string, MutableJson>;
}

const backings = new WeakMap<object, Backing>();
/** One accessor per name for all events: objects made alike share their shape, and are made quickly. */
const accessors = new Map<string, PropertyDescriptor>();
/** Names of members come from our own events; beyond this an event is copied at once. */
const MAX_NAMES = 200;
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * An action's own deep copy of the event, made member by member when the action reads them. Most
 * actions read one or two of fifteen, and copying all was most of the cost of a run. An author cannot
 * tell the difference: members can be listed, read, written, spread, printed and turned into JSON.
 *
 * `source` must not change as long as anyone has the copy.
 */
export function createOwnEvent(source: JsonObject): MutableJsonObject {
  const names = keys(source);
  if (accessors.size + names.length > MAX_NAMES) return cloneJsonObject(source);
  const event: MutableJsonObject = {};
  for (const name of names) {
    const member = source[name];
    if (member === undefined) continue;
    if (typeof member === 'object' && member !== null) {
      defineProperty(event, name, accessorOf(name));
    } else {
      defineProperty(event, name, {
        value: member,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
  defineProperty(event, INSPECT, INSPECTION);
  backings.set(event, { source, own: new Map() });
  return event;
}

function accessorOf(name: string): PropertyDescriptor {
  const known = accessors.get(name);
  if (known !== undefined) return known;
  const accessor: PropertyDescriptor = {
    get(this: object) {
      return readMember(this, name);
    },
    set(this: object, value: MutableJson) {
      if (backings.has(this)) backings.get(this)?.own.set(name, value);
      else
        defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  };
  accessors.set(name, accessor);
  return accessor;
}

/** Undefined for an object that only inherits from an event. */
function readMember(event: object, name: string): MutableJson | undefined {
  const backing = backings.get(event);
  if (backing === undefined) return undefined;
  const known = backing.own.get(name);
  if (known !== undefined) return known;
  const member = backing.source[name];
  if (member === undefined || backing.own.has(name)) return known;
  const copy = cloneJson(member);
  backing.own.set(name, copy);
  return copy;
}

/** `console.log(event)` and its like show members, not accessors. */
const INSPECTION: PropertyDescriptor = {
  value(this: object) {
    const backing = backings.get(this);
    if (backing === undefined) return this;
    return Object.fromEntries(keys(this).map((name) => [name, (this as JsonObject)[name]]));
  },
  enumerable: false,
  configurable: true,
};
