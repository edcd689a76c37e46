// Every device on site: where it is, whether it answers, what is wrong with it.
import { h } from '../core/dom.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { drawDesk } from '../frame/desk.js'
import { connectionWords, worstOf } from '../site/devices.js'
import { isConnected } from '../site/systems.js'

const asked = new URLSearchParams(location.search)
const view = { text: '', system: asked.get('system') ?? '', area: asked.get('area') ?? '', silent: false }

export async function open (root) {
  await loadSite()
  await followSite()
  drawDesk(root, 'devices', content, () => [t('devices.count', { count: live.devices.size })])
}

function isWanted (device) {
  const words = `${device.id} ${say(device.name)} ${say(live.areas.get(device.area)?.name)} ${device.profile}`.toLowerCase()
  return words.includes(view.text.toLowerCase()) && (!view.system || device.system === view.system)
    && (!view.area || device.area === view.area) && (!view.silent || !isConnected(device))
}

function content () {
  const found = [...live.devices.values()].filter(isWanted)
  const set = (change) => { Object.assign(view, change); changed() }
  const pick = (key, label, options) => h('select',
    { class: `chip ${view[key] ? 'chosen' : ''}`, 'aria-label': label, onchange: (event) => set({ [key]: event.target.value }) },
    h('option', { value: '' }, t('alarms.all', { what: label })), options.map((option) => h('option',
      { value: option.id, selected: option.id === view[key] }, say(option.label ?? option.name))))
  return [
    h('div', { class: 'filters', role: 'search', 'data-key': 'filters' },
      h('input', { class: 'field search', type: 'search', placeholder: t('alarms.search'), 'aria-label': t('alarms.search'),
        oninput: (event) => set({ text: event.target.value }) }),
      pick('system', t('alarms.system'), live.site.systems), pick('area', t('alarms.place'), live.site.areas),
      h('button', { class: 'chip', type: 'button', 'aria-pressed': String(view.silent), onclick: () => set({ silent: !view.silent }) },
        t('devices.silent', { count: [...live.devices.values()].filter((device) => !isConnected(device)).length }))),
    h('section', { class: 'panel device-list', 'data-key': 'list' }, found.length ? h('ol', {}, found.map(row))
      : h('p', { class: 'nothing t2' }, t('devices.none')))
  ]
}

function row (device) {
  const worst = worstOf(device)
  const { good, uncertain, bad } = device.quality
  return h('li', { 'data-key': device.id }, h('a', { class: 'device-row', href: `/devices/${encodeURIComponent(device.id)}` },
    h('span', { class: 'sign' }, worst ? shape(worst.priority, worst.state, 46) : null),
    h('b', { class: 'name t1' }, say(device.name)), h('span', { class: 'place t2' }, say(live.areas.get(device.area)?.name)),
    h('span', { class: 'id t3' }, device.id), h('span', { class: 'link-state' }, connectionWords(device)),
    h('span', { class: 'quality t3' }, t('devices.quality', { good: good + uncertain, all: good + uncertain + bad }))))
}
