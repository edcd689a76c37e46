// The same points as they lie on the wire: register, bytes, type, scale; or topic, path and what is written there.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { changed } from '../core/live.js'
import { say, t } from '../core/words.js'
import { messageText } from '../draw/answer.js'
import { reading } from '../draw/reading.js'
import { registerNumbers, scaleWords, typeWords } from '../site/register.js'

const RENEW_MS = 2000
const seen = { device: null, open: false }
let renewing = 0

export const isOpen = () => seen.open

/** Bytes are no part of the stream: while they are looked at they are asked for. */
export function show (id, open) {
  clearTimeout(renewing)
  seen.open = open
  if (open) load(id)
}

async function load (id) {
  try {
    seen.device = await api.device(id)
  } catch {
    // The page says itself that the server is lost; what was last seen stays.
  }
  if (!seen.open) return
  renewing = setTimeout(load, RENEW_MS, id)
  changed()
}

/** `device` as it was when the page opened, until the first answer. */
export function registers (device) {
  const { points, raw } = seen.device ?? device
  const isMqtt = points.some((point) => point.wire.topic !== undefined)
  const columns = isMqtt ? ['topic', 'written', 'value', 'point'] : ['place', 'raw', 'type', 'scale', 'value', 'point']
  const rows = isMqtt ? points : [...points].sort((a, b) => placeOf(a).localeCompare(placeOf(b)))
  return [
    raw.length ? null : h('p', { class: 't2 part' }, t('register.none')),
    h('table', { class: 'registers' },
      h('thead', {}, h('tr', {}, columns.map((column) => h('th', { class: `t3 ${column}` }, t(`register.column.${column}`))))),
      h('tbody', {}, rows.map((point) => h('tr', { 'data-key': point.id }, columns.map((column) => h('td',
        { class: `${column} ${TONE[column]}` }, CELL[column](point))))))),
    isMqtt ? raw.map(({ asked, hex }) => h('div', { class: 'part message', 'data-key': asked }, h('h2', { class: 't3' },
      `${t('register.message')}  ${asked}`), h('p', { class: 'mono t2' }, messageText(hex)))) : null]
}

/** Sorts by table, then by address. */
const placeOf = ({ wire }) => `${wire.table} ${String(wire.register).padStart(5, '0')}`

const TONE = { place: 'mono t2', topic: 'mono t2', raw: 'mono t1', written: 'mono t1', type: 'mono t2', scale: 'mono t2', value: 't1',
  point: 't3' }

const CELL = {
  place: ({ wire }) => registerNumbers(wire), raw: ({ raw }) => raw ? inWords(raw) : '—',
  topic: ({ wire }) => [wire.topic, ' ', h('b', {}, wire.path)], written: ({ raw }) => raw ? messageText(raw.hex) : '—',
  type: typeWords, scale: scaleWords, value: (point) => reading(point), point: (point) => say(point.label)
}

/** Bytes by twos, as registers are; a coil as the bit it is. */
const inWords = ({ hex, bit }) => bit === null ? hex.replace(/(..) (..)/g, '$1$2') : String(parseInt(hex, 16) >> bit & 1)
