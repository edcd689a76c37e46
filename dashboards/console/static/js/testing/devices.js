// Finding the device to break: by words, system, place.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { worstOf } from '../site/devices.js'
import { choose, isBroken } from './state.js'

const view = { text: '', system: '', area: '' }

function isWanted (device) {
  const words = `${device.id} ${say(device.name)} ${say(live.areas.get(device.area)?.name)}`.toLowerCase()
  return words.includes(view.text.toLowerCase()) && (!view.system || device.system === view.system) && (!view.area || device.area === view.area)
}

export function finder () {
  const found = [...live.devices.values()].filter(isWanted)
  const set = (change) => { Object.assign(view, change); changed() }
  const pick = (key, label, options) => h('select', { class: `chip ${view[key] ? 'chosen' : ''}`, 'aria-label': label,
    onchange: (event) => set({ [key]: event.target.value }) }, h('option', { value: '' }, t('alarms.all', { what: label })),
  options.map((option) => h('option', { value: option.id, selected: option.id === view[key] }, say(option.label ?? option.name))))
  return [
    h('header', { class: 'part-head', 'data-key': 'finder-head' }, h('h2', { class: 't1' }, t('testing.choose')),
      h('span', { class: 't3' }, t('devices.count', { count: found.length }))),
    h('div', { class: 'finder', role: 'search', 'data-key': 'finder' },
      h('input', { class: 'field search', type: 'search', placeholder: t('testing.search'), 'aria-label': t('testing.search'),
        oninput: (event) => set({ text: event.target.value }) }),
      pick('system', t('alarms.system'), live.site.systems), pick('area', t('alarms.place'), live.site.areas)),
    found.length ? h('ol', { class: 'device-picks', 'data-key': 'picks' }, found.map(row))
      : h('p', { class: 'hint t2', 'data-key': 'none' }, t('devices.none'))
  ]
}

function row (device) {
  const worst = worstOf(device)
  return h('li', { 'data-key': device.id }, h('button', { class: 'pick', type: 'button', onclick: () => choose(device.id) },
    h('span', { class: 'sign' }, worst ? shape(worst.priority, worst.state, 36) : null),
    h('span', { class: 'name t1' }, say(device.name)),
    h('span', { class: 'place t3' }, isBroken(device.id) ? h('b', { class: 'broken' }, t('testing.broken')) : device.id)))
}
