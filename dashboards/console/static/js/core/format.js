// Numbers and times as look.md wants them: a unit always, after a thin space; digits by resolution; site time in 24 hours.
import { now, siteParts } from './clock.js'
import { t, language } from './words.js'

export const THIN = '\u2009'

const DIGITS = { MPa: 2, bar: 2, m: 2, 'm/s': 2, degC: 0, degF: 0, A: 0, kW: 0, W: 0, kvar: 0, kVA: 0, V: 0, kV: 2, '%': 0, Hz: 1, m3: 1,
  'm3/h': 1, CNY: 2, 'CNY/kWh': 3, kWh: 0, mA: 0, kPa: 0, Pa: 0, h: 0, s: 0, min: 0, ppm: 0, '%LEL': 0, kWp: 1, l: 0 }
const SHOWN = { degC: '°C', degF: '°F', 'm3/h': 'm³/h', m3: 'm³', 'm3/s': 'm³/s', 'kg/m3': 'kg/m³', 'mg/m3': 'mg/m³', CNY: '元', l: 'L' }

export const unitShown = (unit) => unit === 'CNY' && language() === 'en' ? 'CNY' : SHOWN[unit] ?? unit ?? ''

/** 1,184 or −0.95; a dash when there is nothing. */
export function number (value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return '—'
  const text = Math.abs(value).toFixed(digits)
  const [whole, part] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return (value < 0 && Number(text) !== 0 ? '−' : '') + (part ? `${grouped}.${part}` : grouped)
}

export const digitsOf = (unit, value) => DIGITS[unit] ?? (Number.isInteger(value) ? 0 : 2)

/** 0.58 MPa in one string. */
export function quantity (value, unit) {
  if (value === null || value === undefined) return '—'
  return unit ? number(value, digitsOf(unit, value)) + THIN + unitShown(unit) : number(value, digitsOf(unit, value))
}

const two = (part) => String(part).padStart(2, '0')

export const clockTime = (at) => { const p = siteParts(at); return `${two(p.hour)}:${two(p.minute)}` }
export const secondTime = (at) => { const p = siteParts(at); return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}` }
export const millisecondTime = (at) => `${secondTime(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
export const archiveDate = (at) => { const p = siteParts(at); return `${p.year}-${two(p.month)}-${two(p.day)}` }

/** 1月14日 周三, Wed 14 Jan. */
export function date (at) {
  const p = siteParts(at)
  return t('time.date', { month: t(`time.month.${p.month}`), day: p.day, weekday: t(`time.weekday.${p.weekday}`) })
}

export const shortDate = (at) => { const p = siteParts(at); return t('time.short_date', { month: t(`time.month.${p.month}`), day: p.day }) }

/** The time today, the day before that. */
export const since = (at) => archiveDate(at) === archiveDate(now()) ? clockTime(at) : shortDate(at)

/** When a promise is due: the hour always, on another day the day before it. */
export const dueTime = (at) => archiveDate(at) === archiveDate(now()) ? clockTime(at) : `${shortDate(at)} ${clockTime(at)}`

const split = (ms) => {
  const minutes = Math.max(0, Math.floor(ms / 60000))
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60), hour: Math.floor(minutes / 60) % 24, minutes,
    minute: minutes % 60 }
}

/** Age of something: 12 分, 1时33分, 1天7时. */
export function age (ms) {
  const { days, hours, hour, minutes, minute } = split(ms)
  if (minutes < 1) return t('age.new')
  if (hours < 1) return t('age.minutes', { minutes })
  return days < 1 ? t('age.hours', { hours, minutes: two(minute) }) : t('age.days', { days, hours: hour })
}

/** A length of time that is over: never "just now". */
export const span = (ms) => ms < 60_000 ? t('span.seconds', { seconds: number(ms / 1000) }) : age(ms)

/** The age in a headline, spelled out: 12 分钟, 6 小时 12 分. */
export function longAge (ms) {
  const { days, hours, hour, minutes, minute } = split(ms)
  if (minutes < 1) return t('age.long.new')
  if (hours < 1) return t('age.long.minutes', { minutes })
  return days < 1 ? t('age.long.hours', { hours, minutes: minute }) : t('age.long.days', { days, hours: hour })
}

/** Time left: 26:04 below an hour, then as ages. */
export function left (ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return seconds < 3600 ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : age(ms)
}

/** Overdue by: 超 3:10. */
export function over (ms) {
  const seconds = Math.floor(ms / 1000)
  return t('clock.over', { time: seconds < 3600 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : age(ms) })
}
