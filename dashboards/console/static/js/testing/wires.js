// Faults that reach many devices at once: a gateway with all behind it, the broker with all that speak through it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { number } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { knows, say, t } from '../core/words.js'
import { lengthOf } from './injection.js'
import { act, bench } from './state.js'

const KINDS = ['silent', 'slow', 'garbage', 'exception', 'reset', 'refuse']
const BROKER_KINDS = ['down', 'restart', 'slow']
const LENGTHS_S = [30, 120, 600]
const BROKER = 'broker'
const view = { open: false, where: '', kind: '', for: 120, asked: false }

const set = (change) => { Object.assign(view, change, { asked: false }); changed() }

export function wires () {
  const { gateways, board } = bench
  if (!gateways.length && !board.broker.devices) return null
  return h('div', { class: 'part wires', 'data-key': 'wires' },
    h('button', { class: 'part-head fold', type: 'button', 'aria-expanded': String(view.open), onclick: () => set({ open: !view.open }) },
      h('h2', { class: 't1' }, t('testing.wires')), h('span', { class: 't3' }, t('testing.wires_count', { count: gateways.length }))),
    view.open ? form() : null)
}

function form () {
  const kinds = view.where === BROKER ? BROKER_KINDS : KINDS
  const kind = kinds.includes(view.kind) ? view.kind : kinds[0]
  return h('form', { class: 'inject', onsubmit: (event) => { event.preventDefault(); send(kind) } },
    h('select', { class: 'field', 'aria-label': t('testing.wires'), onchange: (event) => set({ where: event.target.value }) },
      h('option', { value: '' }, t('testing.pick_gateway')), bench.board.broker.devices ? h('option', { value: BROKER, selected: view.where === BROKER },
        t('testing.broker_with', { count: bench.board.broker.devices })) : null,
      bench.gateways.map((gateway) => h('option', { value: gateway.address, selected: view.where === gateway.address }, gatewayWords(gateway)))),
    choice(kinds, kind, 'kind', (one) => knows(`testing.kind.${one}`) ? t(`testing.kind.${one}`) : one),
    choice(LENGTHS_S, view.for, 'for', lengthOf),
    view.asked ? h('p', { class: 'grave t1', role: 'alert' }, t('testing.grave.many', { count: number(countOf(view.where)) })) : null,
    h('div', { class: 'ends' }, view.asked ? h('button', { class: 'button', type: 'button', onclick: () => set({}) }, t('cancel')) : null,
      h('button', { class: 'button main', type: 'submit', disabled: !view.where }, t(view.asked ? 'testing.inject_surely' : 'testing.inject'))))
}

const choice = (values, chosen, key, words) => h('div', { class: 'choice', 'data-key': key }, values.map((value) => h('button',
  { class: 'button', type: 'button', 'aria-pressed': String(value === chosen), onclick: () => set({ [key]: value }) }, words(value))))

/** A gateway with one device behind it is called by that device. */
function gatewayWords ({ address, units }) {
  const first = say(live.devices.get(units[0]?.device)?.name) || units[0]?.device || ''
  return units.length > 1 ? t('testing.gateway_with', { address, first, count: units.length }) : `${first}　${address}`
}

const countOf = (where) => where === BROKER ? bench.board.broker.devices
  : bench.gateways.find(({ address }) => address === where)?.units.length ?? 0

async function send (kind) {
  if (countOf(view.where) > 1 && !view.asked) return void (Object.assign(view, { asked: true }), changed())
  const body = { kind, for: view.for }
  if (await act(() => view.where === BROKER ? api.bench.broker(body) : api.bench.gateway(view.where, body))) set({ open: false, where: '' })
}
