// All access to the API. What the rest of the console sees of it is decided here and nowhere else.
import { setServerTime } from './clock.js'

const ROOT = '/api/v1'
const TIMEOUT_MS = 8000
/** Sums over months of history take their time. */
const PATIENT_MS = 40_000

/** An answer that was not a success. `status` 0: no answer at all. `title` and `detail` come from the problem document. */
export class ApiError extends Error {
  constructor (status, problem = {}) {
    super(problem.detail || problem.title || `HTTP ${status}`)
    this.status = status
    this.problem = problem
  }
}

async function ask (method, path, body, patience = TIMEOUT_MS) {
  const headers = { Accept: 'application/json' }
  if (method !== 'GET') Object.assign(headers, { 'Content-Type': 'application/json', 'X-Requested-With': 'guanjia' })
  let answer
  try {
    answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body), credentials: 'same-origin',
      signal: AbortSignal.timeout(patience) })
  } catch (cause) {
    throw new ApiError(0, { detail: String(cause) })
  }
  setServerTime(answer.headers.get('Date'))
  if (answer.status === 401 && document.documentElement.dataset.page !== 'login') toLogin()
  const text = await answer.text()
  const content = text ? JSON.parse(text) : null
  if (!answer.ok) throw new ApiError(answer.status, content ?? {})
  return content
}

export const toLogin = () => location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)

const query = (values) => {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return known.length ? `?${new URLSearchParams(known)}` : ''
}

const get = (path, values = {}) => ask('GET', path + query(values))
const getPatiently = (path, values = {}) => ask('GET', path + query(values), undefined, PATIENT_MS)
const post = (path, body = {}) => ask('POST', path, body)

/** Every page of a list, or its first `pages`. */
async function all (path, values = {}, pages = Infinity) {
  const items = []
  let cursor
  do {
    const page = await get(path, { limit: 1000, ...values, cursor })
    items.push(...page.items)
    cursor = page.next_cursor
    pages -= 1
  } while (cursor && pages > 0)
  return items
}

const id = encodeURIComponent
const moment = (at) => at === undefined ? undefined : new Date(at).toISOString()

export const logIn = (username, password) => post('/auth/session', { username, password })
export const logOut = () => ask('DELETE', '/auth/session')
export const me = () => get('/me')
export const site = () => get('/site')
export const devices = () => all('/devices')
export const device = (key) => get(`/devices/${id(key)}`)
export const rules = () => all('/rules')
export const rule = (key) => get(`/rules/${id(key)}`)
export const ruleText = (key) => get(`/rules/${id(key)}/text`)
export const ruleVersions = async (key) => (await get(`/rules/${id(key)}/versions`)).items
export const ruleVersion = (key, version, against) => get(`/rules/${id(key)}/versions/${id(version)}`, { against })
export const ruleMistakes = () => get('/rules/mistakes')
export const checkRules = (yaml) => ask('POST', '/rules/check', { yaml }, PATIENT_MS)
export const changeRule = (key, body) => ask('PUT', `/rules/${id(key)}`, body, PATIENT_MS)
export const addRule = (body) => ask('POST', '/rules', body, PATIENT_MS)
export const takeBackRule = (key, version, comment) => ask('DELETE', `/rules/${id(key)}`, { comment, base_version: version }, PATIENT_MS)

export const backtests = async () => (await get('/backtests')).items
export const backtest = (key) => get(`/backtests/${id(key)}`)
export const startBacktest = (body) => ask('POST', '/backtests', body, PATIENT_MS)
export const cancelBacktest = (key) => ask('DELETE', `/backtests/${id(key)}`)
export const rationalisation = (start, end) => getPatiently('/alarms/rationalisation', { start: moment(start), end: moment(end) })
/** Looks for a delay or deadband that would quiet one alarm, and proves it: a job like a backtest. */
export const suggest = (body) => post('/alarms/rationalisation/suggest', body)
export const roster = async () => (await get('/roster')).items
export const point = (key) => get(`/points/${id(key)}`)
export const points = (filter) => all('/points', filter)

/** Readings of a point: `[{at, value, quality, reason}]`, raw or one per interval. */
export async function readings (point, { start, end, interval, aggregate }) {
  const items = await all(`/points/${id(point)}/readings`,
    { start: new Date(start).toISOString(), end: new Date(end).toISOString(), interval, aggregate })
  return items.map((item) => ({ at: Date.parse(item.source_time ?? item.start), value: item.value, quality: item.quality ?? 'good',
    reason: item.reason ?? '' }))
}

export const alarms = (filter, pages) => all('/alarms', filter, pages)
export const alarm = (key) => get(`/alarms/${id(key)}`)
export const flags = async () => (await get('/alarms/flags')).items
export const flood = () => get('/alarms/flood')
export const alarmFigures = (start, end) => getPatiently('/alarms/kpis', { start: moment(start), end: moment(end) })
export const trace = (key) => get(`/alarms/${id(key)}/trace`)
/** `what`: out-of-service, out-of-service/approve, out-of-service/refuse, in-service. Answers with the alarm's standing. */
export const actOnService = (rule, device, what, body) => post(`/rules/${id(rule)}/devices/${id(device)}/${what}`, body)
export const actOnAlarm = (key, act, body) => post(`/alarms/${id(key)}/${act}`, body)

export const tickets = (filter, pages) => all('/tickets', filter, pages)
export const ticket = (key) => get(`/tickets/${id(key)}`)
export const openTicket = (draft) => post('/tickets', draft)
export const actOnTicket = (key, act, body) => post(`/tickets/${id(key)}/${act}`, body)

/** The newest of what one has been told, what is not seen first. */
export const notices = async () => (await get('/notices', { limit: 100 })).items
export const seeNotice = (key) => post(`/notices/${id(key)}/seen`)

/** The simulated site, for testers: `/testing/…`. */
export const bench = {
  board: () => get('/testing'),
  device: (key) => get(`/testing/devices/${id(key)}`),
  inject: (key, body) => post(`/testing/devices/${id(key)}/faults`, body),
  mend: (key, kind) => ask('DELETE', `/testing/devices/${id(key)}/faults/${id(kind)}`),
  network: (key, body) => post(`/testing/devices/${id(key)}/network`, body),
  gateways: async () => (await get('/testing/gateways')).items,
  gateway: (address, body) => post(`/testing/gateways/${id(address)}/network`, body),
  broker: (body) => post('/testing/broker', body),
  speed: (speed) => post('/testing/clock', { speed }),
  scenarios: async () => (await get('/testing/scenarios')).items,
  play: (name) => post(`/testing/scenarios/${id(name)}`),
  current: async () => (await get('/testing/sessions/current')).account,
  sessions: async () => (await get('/testing/sessions')).items,
  start: (title) => post('/testing/sessions', { title }),
  stop: () => post('/testing/sessions/current/stop'),
  session: (number) => get(`/testing/sessions/${number}`),
  file: (number, kind) => `${ROOT}/testing/sessions/${number}/${kind}`
}

export const consumption = (filter) => getPatiently('/energy/consumption', filter)
export const energyToday = () => getPatiently('/energy/today')
export const demand = (filter) => getPatiently('/energy/demand', filter)

/** The site's load over the day that begins at `start`: now, and as `[{at, kw}]`, one value per quarter of an hour. */
export async function dayLoad (start) {
  const answer = await demand({ start: new Date(start).toISOString() })
  const curve = answer.items.filter((item) => item.kw !== null).map((item) => ({ at: Date.parse(item.start), kw: item.kw }))
  return { now: answer.current_kw, curve }
}

/** The event stream; the browser itself resumes it by Last-Event-ID. */
export const stream = (filter = {}) => new EventSource(`${ROOT}/stream${query(filter)}`)

/** Whether the server answers at all, within `ms`. */
export async function answers (ms) {
  try {
    const answer = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(ms) })
    setServerTime(answer.headers.get('Date'))
    return answer.ok
  } catch {
    return false
  }
}
