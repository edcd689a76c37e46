// The bytes of an answer, those of a value standing out; what lies far from any of them is left out.
import { h } from '../core/dom.js'

/** Shown on either side of a value's bytes, and up to what length an answer is shown whole: bytes, and characters of a message. */
const BYTES = { around: 8, whole: 36 }
const LETTERS = { around: 30, whole: 150 }

/** Hexadecimal, `spans` (`[{offset, length}]`) bold. */
export function bytesView (hex, spans) {
  const bytes = hex ? hex.split(' ') : []
  const words = { own: (part) => h('b', { class: 't1' }, part), near: (part) => part, far: () => '…' }
  return stretches(bytes.length, spans, BYTES).map(({ kind, from, to }, index) => [index ? ' ' : '',
    words[kind](bytes.slice(from, to).join(' '))])
}

const octets = (hex) => Uint8Array.from(hex ? hex.split(' ') : [], (byte) => parseInt(byte, 16))

/** A message as the text it is. */
export const messageText = (hex) => new TextDecoder().decode(octets(hex))

/** The same with `spans` bold. */
export function messageView (hex, spans) {
  const bytes = octets(hex)
  const text = (from, to) => new TextDecoder().decode(bytes.slice(letterStart(bytes, from), letterStart(bytes, to)))
  return stretches(bytes.length, spans, LETTERS).map(({ kind, from, to }) => kind === 'far' ? '…'
    : kind === 'own' ? h('b', { class: 't1' }, text(from, to)) : text(from, to))
}

/** `[{kind, from, to}]`: a value's own bytes, those near one, those far from all. */
function stretches (length, spans, { around, whole }) {
  const within = (at, margin) => spans.some((span) => at >= span.offset - margin && at < span.offset + span.length + margin)
  const kindOf = (at) => within(at, 0) ? 'own' : length <= whole || within(at, around) || (!spans.length && at < whole) ? 'near' : 'far'
  const parts = []
  for (let at = 0; at < length; at++) {
    const kind = kindOf(at)
    if (parts.at(-1)?.kind === kind) parts.at(-1).to = at + 1
    else parts.push({ kind, from: at, to: at + 1 })
  }
  return parts
}

/** UTF-8 letters may have several bytes; a cut falls before the first of them. */
function letterStart (bytes, at) {
  while (at > 0 && at < bytes.length && (bytes[at] & 0xC0) === 0x80) at--
  return at
}
