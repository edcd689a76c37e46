// The head of a screen in one line: what is worst, where and for how long; below it what else the room must know; the clock.
import { h } from '../core/dom.js'
import { now } from '../core/clock.js'
import { clockTime, longAge } from '../core/format.js'
import { live } from '../core/live.js'
import { t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { fit } from '../draw/text.js'
import { isActive, stoodFor, titleOf } from '../site/alarms.js'
import { menuButton } from './menu.js'
import { soundNotice } from './sound.js'

/** An alarm as the headline, `facts` below it. */
export function alarmState (alarm, facts) {
  const { where, what } = titleOf(alarm, live)
  const words = t('state.abnormal', { where, what, age: longAge(stoodFor(alarm)) })
  return [
    h('a', { class: 'state-shape', href: `/alarms#${alarm.id}`, 'data-key': 'shape' }, shape(alarm.priority, alarm.state, 114)),
    h('div', { class: 'state-words', 'data-key': 'words' },
      h('h1', { class: 't1', title: t('age.means'), style: { 'font-size': `${fit(words, 1330, [46, 40, 34, 30], true)}px` } }, words),
      h('p', { class: 'facts t2' }, facts.map((fact) => h('span', {}, fact))))
  ]
}

/** Nothing to be worried about: quiet words. */
export const calmState = (words, facts) => h('div', { class: 'state-words calm', 'data-key': 'words' },
  h('h1', { class: 't2' }, words), h('p', { class: 'facts t3' }, facts))

/** The time, and under it a few words that open the menu. */
export const stateClock = (words) => h('div', { class: 'state-clock', 'data-key': 'clock' },
  h('time', { class: [...live.alarms.values()].some(isActive) ? 't1' : 't2' }, clockTime(now())),
  soundNotice(), menuButton(h('span', { class: 't3' }, words)))
