// What the bench shows: the simulated site as it stands, the device in hand, the session that runs; and the acts that change them.
import * as api from '../core/api.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'

const PERIOD_MS = 2000

export const bench = {
  /** `{clock, broker, active}`, and when it was fetched; null until then. */
  board: null, fetchedAt: 0,
  /** Why there is nothing to test, in the server's words. */
  missing: '', problem: '',
  /** The session shown: the one that runs, or an old one that was opened. */
  account: null, sessions: [],
  device: null, wanted: null,
  gateways: [], scenarios: []
}

/** Ask again every two seconds, as long as anybody looks. */
export async function followBench () {
  if (!document.hidden && !bench.missing) await refresh()
  setTimeout(followBench, PERIOD_MS)
}

export async function openBench () {
  await refresh()
  if (bench.missing) return
  const [gateways, scenarios, sessions] = await Promise.all([api.bench.gateways(), api.bench.scenarios(), api.bench.sessions()])
    .catch((error) => { complain(error); return [[], [], []] })
  Object.assign(bench, { gateways, scenarios, sessions })
}

async function refresh () {
  try {
    const shown = bench.account?.stopped_at ? bench.account : null
    const [board, account, device] = await Promise.all([api.bench.board(), shown ?? api.bench.current(),
      bench.wanted ? api.bench.device(bench.wanted) : null])
    Object.assign(bench, { board, account, fetchedAt: Date.now(), missing: '' })
    if (device?.id === bench.wanted) bench.device = device
    if (bench.away) Object.assign(bench, { away: false, problem: '' })
  } catch (error) {
    if (error.status === 404) bench.missing = said(error)
    else { bench.away = true; complain(error) }
  }
  changed()
}

const complain = (error) => { bench.problem = said(error) }

/** Do it and see what came of it; a refusal stays on the page in the simulators' words. True when it was done. */
export async function act (doing) {
  try {
    await doing()
    bench.problem = ''
  } catch (error) {
    complain(error)
    changed()
    return false
  }
  await refresh()
  return true
}

export async function choose (device) {
  Object.assign(bench, { wanted: device, device: null })
  changed()
  if (device) await refresh()
}

export async function showSession (number) {
  await act(async () => { bench.account = number ? await api.bench.session(number) : null })
}

export async function startSession (title) {
  await act(async () => { bench.account = await api.bench.start(title) })
}

export async function stopSession () {
  await act(async () => { bench.account = await api.bench.stop(); bench.sessions = await api.bench.sessions() })
}

/** Milliseconds until it mends itself, or null. */
export const leftOf = (active) => active.left_s === null ? null : Math.max(0, active.left_s * 1000 - (Date.now() - bench.fetchedAt))

export const isBroken = (device) => Boolean(bench.board?.active.some((active) => active.device === device))
