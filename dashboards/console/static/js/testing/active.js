// What is broken now, with the time left, and the hand that mends it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { left, number, THIN } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { act, bench, choose, leftOf } from './state.js'

export function brokenNow () {
  const { active } = bench.board
  return h('div', { class: 'part broken-now', 'data-key': 'broken-now' },
    h('header', { class: 'part-head' }, h('h2', { class: 't1' }, t('testing.now')), h('span', { class: 't3' }, number(active.length))),
    active.length ? h('ol', {}, [...active].sort(byNewest).map(row)) : h('p', { class: 'hint t2' }, t('testing.nothing_broken')))
}

const byNewest = (a, b) => (b.since ?? '').localeCompare(a.since ?? '')

function row (active) {
  const ms = leftOf(active)
  const key = `${active.device ?? active.gateway ?? 'broker'} ${active.kind}`
  const grown = active.severity !== null && active.severity < 1 ? `　${number(active.severity * 100)}${THIN}%` : ''
  return h('li', { class: 'broken-row', 'data-key': key },
    h('div', { class: 'what' }, h('b', { class: 't1' }, say(active.name), grown),
      active.device ? h('button', { class: 'where t2', type: 'button', onclick: () => choose(active.device) }, nameOf(active))
        : h('span', { class: 'where t2' }, nameOf(active))),
    h('div', { class: 'left' }, h('span', { class: 't1' }, ms === null ? t('testing.until_mended') : left(ms)),
      ms !== null && active.for ? h('span', { class: 'bar' }, h('i', { style: { width: `${Math.min(100, share(active, ms) * 100)}%` } })) : null),
    h('button', { class: 'button', type: 'button', onclick: () => mend(active) }, t('testing.mend')))
}

const share = (active, ms) => ms / 1000 * (bench.board.clock.speed || 1) / active.for

export function nameOf (active) {
  if (active.device) return say(live.devices.get(active.device)?.name) || active.device
  return active.gateway ? t('testing.gateway', { address: active.gateway }) : t('testing.broker')
}

const mend = (active) => act(() => active.device && !active.network ? api.bench.mend(active.device, active.kind)
  : active.device ? api.bench.network(active.device, { kind: 'ok' })
    : active.gateway ? api.bench.gateway(active.gateway, { kind: 'ok' }) : api.bench.broker({ kind: 'ok' }))
