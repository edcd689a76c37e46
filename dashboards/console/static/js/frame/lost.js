// The server is gone: a frame round the page and since when. Everything below it is old and looks it.
import { h } from '../core/dom.js'
import { now } from '../core/clock.js'
import { age, clockTime } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'

export const lostNotice = () => live.link.lost && h('div', { class: 'lost-cover', role: 'alert', 'data-key': 'lost' },
  h('div', { class: 'lost-frame' }),
  h('div', { class: 'lost-notice' },
    h('b', {}, t('lost.since', { time: clockTime(live.link.since), age: age(now() - live.link.since) })),
    h('p', {}, t('lost.state', { tries: live.link.tries }))))
