// The four alarm shapes and the three grey flags: form first, colour second, so that neither a tired nor a colour-blind eye is wrong.
import { s } from '../core/dom.js'
import { t } from '../core/words.js'

const DIGIT = { critical: '1', high: '2', medium: '3', low: '4' }
export const PRIORITIES = Object.keys(DIGIT)

// Drawn in a box of 56, middle at 28; `rim` is the second, outer outline of an alarm nobody has acknowledged.
const OUTLINE = {
  critical: { body: 'M28 8 48 28 28 48 8 28Z', rim: 'M28 1.5 54.5 28 28 54.5 1.5 28Z', digit: [35, 21] },
  high: { body: 'M28 12 44.5 42H11.5Z', rim: 'M28 3 52.5 46.6H3.5Z', digit: [39, 16] },
  medium: { body: 'M14 14H42V42H14Z', rim: 'M8 8H48V48H8Z', digit: [34, 17] },
  low: { body: 'M28 12.5A15.5 15.5 0 1 1 28 43.5A15.5 15.5 0 1 1 28 12.5Z', rim: 'M28 6.5A21.5 21.5 0 1 1 28 49.5A21.5 21.5 0 1 1 28 6.5Z',
    digit: [34, 17] }
}

export const isUnacknowledged = (state) => state.endsWith('_unacknowledged')
export const isReturned = (state) => state.startsWith('returned')

/** The shape of an alarm. `size` is the side of its box in px, of which the body takes half and the outer rim three quarters. */
export function shape (priority, state, size, place = {}) {
  const { body, rim, digit: [y, height] } = OUTLINE[priority]
  const returned = isReturned(state)
  const words = `${t(`priority.${priority}`)} ${t(`alarm.state.${state}`)}`
  return s('svg', { class: `shape ${priority}${returned ? ' returned' : ''}`, viewBox: '0 0 56 56', width: size, height: size, role: 'img',
    'aria-label': words, ...place },
    isUnacknowledged(state) && !returned && s('path', { class: 'rim', d: rim }),
    returned && s('path', { class: 'under', d: body }),
    s('path', { class: 'body', d: body }),
    s('text', { x: 28, y, 'font-size': height }, DIGIT[priority]))
}

/** The form and digit of a priority that nobody is alarmed by: grey, for lists of rules and of what was long ago. */
export const grade = (priority, size) => s('svg', { class: 'grade', viewBox: '0 0 56 56', width: size, height: size, role: 'img', 'aria-label': t(`priority.${priority}`) },
  s('path', { class: 'body', d: OUTLINE[priority].body }), s('text', { x: 28, y: OUTLINE[priority].digit[0], 'font-size': OUTLINE[priority].digit[1] }, DIGIT[priority]))

const MARK = { shelved: 'M10 8.5V15.5M14 8.5V15.5', suppressed: 'M8.5 15.5 15.5 8.5', out_of_service: 'M8 12H16' }

/** The grey flag of an alarm set aside: shelved ‖, suppressed ⁄, out of service –. */
export const flag = (kind, size, place = {}) => s('svg',
  { class: 'flag', viewBox: '0 0 24 24', width: size, height: size, role: 'img', 'aria-label': t(`flag.${kind}`), ...place },
  s('rect', { x: 3, y: 3, width: 18, height: 18, rx: 4 }), s('path', { d: MARK[kind] }))
