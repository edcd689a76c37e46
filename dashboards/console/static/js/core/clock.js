// Site time. Ages and clocks count from the server's time, so a wrong clock in a phone shortens nobody's promise.

let offset = 0
let timezone = localStorage.getItem('guanjia.timezone') || 'Asia/Shanghai'

/** Milliseconds since 1970, as the server counts them. */
export const now = () => Date.now() + offset

/** Takes the server's time as it reads in an answer. HTTP dates count whole seconds: half of one is the best guess. */
export function setServerTime (date) {
  const server = Date.parse(date)
  if (!Number.isNaN(server) && Math.abs(server + 500 - Date.now() - offset) > 1500) offset = server + 500 - Date.now()
}

export function setTimezone (name) {
  timezone = name
  localStorage.setItem('guanjia.timezone', name)
}

const formats = new Map()

/** Year, month, day, hour, minute, second and weekday (0 Sunday) of an instant at the site, as numbers. */
export function siteParts (instant) {
  if (!formats.has(timezone)) {
    formats.set(timezone, new Intl.DateTimeFormat('en-US', {
      timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric', weekday: 'short'
    }))
  }
  const parts = Object.fromEntries(formats.get(timezone).formatToParts(instant).map(({ type, value }) => [type, value]))
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.weekday)
  return { year: +parts.year, month: +parts.month, day: +parts.day, hour: +parts.hour, minute: +parts.minute, second: +parts.second,
    weekday }
}

/** The instant at which the site's day of `instant` began, `days` further on; right across changes of summer time. */
export function siteDay (instant, days = 0) {
  const { year, month, day } = siteParts(instant)
  const wanted = Date.UTC(year, month - 1, day + days)
  const shift = (at) => { const p = siteParts(at); return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute,
    p.second) - Math.floor(at / 1000) * 1000 }
  const first = wanted - shift(wanted)
  return wanted - shift(first)
}

const known = new Map()
const MOST_KNOWN = 50_000

/** Milliseconds since 1970 of a time as the server writes it, or null. Remembered: a storm's thousands of times are asked for at every drawing. */
export function instant (text) {
  if (!text) return null
  const at = known.get(text)
  if (at !== undefined) return at
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, Date.parse(text))
  return known.get(text)
}
