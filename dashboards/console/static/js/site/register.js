// Registers as engineers write them: number by table, type, order of bytes, scale.
import { number, unitShown } from '../core/format.js'

const TABLE = { coil: '0', discrete: '1', input: '3', holding: '4' }
const TYPE = { u16: 'uint16', i16: 'int16', u32: 'uint32', i32: 'int32', u64: 'uint64', i64: 'int64', f32: 'float32', f64: 'float64' }
const SCALED = ['bool', 'bits', 'string']

/** 30011, or 30011–30012: the number in a manual counts from one and begins with its table. */
export function registerNumbers ({ table, register, words }) {
  const one = (address) => TABLE[table] + String(address + 1).padStart(4, '0')
  return words > 1 ? `${one(register)}–${one(register + words - 1)}` : one(register)
}

/** float32 ABCD, as against CDAB, BADC and DCBA; a single word sent high byte first needs no saying. */
export function typeWords ({ wire, decode }) {
  const letters = wire.words === undefined || decode.type === 'string' || (wire.words === 1 && wire.byte_order === 'big') ? '' : order(wire)
  return [TYPE[decode.type] ?? decode.type, letters, decode.encoding].filter(Boolean).join(' ')
}

function order ({ words, byte_order: bytes, word_order: sequence }) {
  const pairs = Array.from({ length: words }, (_, word) => [2 * word, 2 * word + 1])
  if (sequence === 'lsw_first') pairs.reverse()
  return pairs.map((pair) => bytes === 'little' ? pair.reverse() : pair).flat().map((place) => String.fromCharCode(65 + place)).join('')
}

/** ×0.1 − 40 °C; nothing where a value is no quantity. */
export function scaleWords ({ wire, decode, unit }) {
  if (SCALED.includes(decode.type)) return ''
  const { scale, offset } = decode
  const dynamic = wire.scale_register === undefined ? '' : `×${wire.scale_mode}(${registerNumbers({ ...wire, register: wire.scale_register,
    words: 1 })})`
  const shift = offset ? `${offset < 0 ? '−' : '+'} ${number(Math.abs(offset), decimals(offset))}` : ''
  return [`×${scale}`, dynamic, shift, unitShown(unit)].filter(Boolean).join(' ')
}

const decimals = (value) => (String(value).split('.')[1] ?? '').length
