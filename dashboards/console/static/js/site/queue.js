// Steps taken without a network wait in the phone and go out in order; each says when it was really taken.
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { clockTime } from '../core/format.js'
import { t } from '../core/words.js'

const KEY = 'guanjia.queue'
const RETRY_MS = 4000

const read = () => JSON.parse(localStorage.getItem(KEY) ?? '[]')
const write = (steps) => localStorage.setItem(KEY, JSON.stringify(steps))

/** Whether the server has judged the step: not when it was away, asks for a new login, is overrun or broken. */
const isFinal = (status) => status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429

/** Steps of a ticket that still wait. */
export const waiting = (ticket) => read().filter((step) => step.ticket === ticket)

/** Take a step now if the server answers, else keep it. Gives the ticket as it is then, or null when the step waits. */
export async function take (ticket, act, body) {
  if (waiting(ticket).length) return keep(ticket, act, body)
  try {
    return await api.actOnTicket(ticket, act, body)
  } catch (error) {
    if (isFinal(error.status)) throw error
    return keep(ticket, act, body)
  }
}

function keep (ticket, act, body) {
  write([...read(), { ticket, act, body, at: now() }])
  return null
}

/** Send what waits whenever there is a way; `sent(ticket)` and `refused(step, error)` tell the page. */
export function keepSending ({ sent, refused }) {
  const send = async () => {
    const [step] = read()
    if (step) {
      try {
        const done = await api.actOnTicket(step.ticket, step.act, { ...step.body, comment: withTime(step) })
        write(read().slice(1))
        sent(done)
      } catch (error) {
        if (isFinal(error.status)) {
          write(read().slice(1))
          refused(step, error)
        }
      }
    }
    setTimeout(send, read().length && navigator.onLine ? 200 : RETRY_MS)
  }
  setTimeout(send, 500)
}

/** The server notes when it heard of a step; the comment says when it was taken: last, for a hold begins with its code. */
const withTime = ({ body, at }) => [body.comment, t('queue.taken_at', { time: clockTime(at) })].filter(Boolean).join(' ')
