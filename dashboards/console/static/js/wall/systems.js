// Nine systems in their fixed order: name, words, and the worst shape of each.
import { h } from '../core/dom.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { flag, shape } from '../draw/shape.js'
import { firstThatFits, fit } from '../draw/text.js'
import { systemView } from '../site/systems.js'

export const systemTiles = () => h('nav', { class: 'systems', 'data-key': 'systems' }, live.site.systems.map(tile))

function tile (system) {
  const { alarm, flag: aside, words, abnormal } = systemView(system.id, live)
  const shown = firstThatFits([words], 170, 20) ?? t('system.abnormal', { count: 1 })
  return h('a', { class: `panel tile ${abnormal ? 'abnormal' : ''}`, href: `/systems/${system.id}`, 'data-key': system.id },
    h('b', {}, say(system.label)),
    h('span', { style: { 'font-size': `${fit(shown, 170, [21, 20])}px` } }, shown),
    alarm ? shape(alarm.priority, alarm.state, 57) : aside ? flag(aside, 38) : null)
}
