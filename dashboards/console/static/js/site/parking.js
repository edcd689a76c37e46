// How full the site is, as far as that may be trusted, in the words of the wall and of the parking's own page.
import { number } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { lastSaid } from './details.js'
import { parkingView } from './systems.js'

/** `{figure, of, share, note, barriers}`: ≈753, / 812, the part in use, and why it is not certain or how the spaces are divided. */
export function occupancy () {
  const { barriers, guessed, inside, all, spaces, reason } = parkingView(live, lastSaid)
  return { barriers, figure: `${guessed.length && inside !== null ? '≈' : ''}${number(inside)}`, of: all ? ` / ${number(all)}` : '',
    isGuessed: guessed.length > 0 && inside !== null,
    share: inside !== null && all ? inside / all : 0, notes: notes({ guessed, inside, reason, spaces }) }
}

function notes ({ guessed, inside, reason, spaces }) {
  if (reason === 'contradiction') return [t('parking.unknown')]
  if (guessed.length === 1) return [t(inside === null ? 'parking.missing' : 'parking.guessed', { what: say(guessed[0].name) })]
  if (guessed.length) return [t(inside === null ? 'parking.missing_many' : 'parking.guessed_many', { count: guessed.length })]
  return Object.entries(spaces).map(([kind, count]) => t(`parking.${kind}`, { count: number(count) }))
}
