// The line to the server: one event stream, and a watch that knows within five seconds when nobody is there any more.
import * as api from './api.js'
import { now, setServerTime } from './clock.js'

const KINDS = ['readings', 'alarm', 'ticket', 'notice', 'link', 'flood', 'rules']
const QUIET_MS = 1500
const ANSWER_MS = 1500
/** A stream the server refuses is not asked for every second. */
const REOPEN_MS = 5000

/**
 * Opens the stream and keeps it. `hear(kind, data)` gets each event, `back()` is called after every (re)connection that may have missed
 * some (the first too: something may have happened between the page's questions and the stream), `change({lost, since, tries})` when the server goes or comes.
 */
export function openLink ({ hear, back, change, filter }) {
  const line = { source: null, heardAt: Date.now(), lost: false, since: null, tries: 0 }

  const connect = () => {
    line.source?.close()
    line.openedAt = Date.now()
    line.source = api.stream(filter)
    const listen = (kind, take) => line.source.addEventListener(kind,
      (event) => { line.heardAt = Date.now(); take(JSON.parse(event.data)) })
    for (const kind of KINDS) listen(kind, (data) => hear(kind, data))
    listen('hello', ({ time, resync }) => { setServerTime(time); if (resync || !line.greeted) back(); line.greeted = true })
    listen('resync', () => back())
  }

  const lose = () => {
    if (!line.lost) Object.assign(line, { lost: true, since: now() - (Date.now() - line.heardAt), tries: 0 })
    line.tries += 1
    change({ lost: true, since: line.since, tries: line.tries })
  }

  const recover = async () => {
    connect()
    await back()
    Object.assign(line, { lost: false, since: null, tries: 0 })
    change({ lost: false })
  }

  const watch = async () => {
    const broken = line.source.readyState !== EventSource.OPEN
    if (line.lost || broken || Date.now() - line.heardAt > QUIET_MS) {
      if (!await api.answers(ANSWER_MS)) lose()
      else {
        line.heardAt = Date.now()
        if (line.lost || (line.source.readyState === EventSource.CLOSED
          && Date.now() - line.openedAt > REOPEN_MS)) await recover().catch(lose)
      }
    }
    setTimeout(watch, 1000)
  }

  connect()
  setTimeout(watch, 1000)
}
