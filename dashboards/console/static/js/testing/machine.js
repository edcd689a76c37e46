// The device in hand: how it physically is just now, and every way it can break.
import { h } from '../core/dom.js'
import { digitsOf, number, THIN, unitShown } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { language, say, t } from '../core/words.js'
import { injection, openInjection, form } from './injection.js'
import { bench, choose } from './state.js'

/** Quantities shown before a tester asks for all of them. */
const FEW = 10
const view = { all: false, wire: false }

export function machine () {
  const placed = live.devices.get(bench.wanted)
  const told = bench.device
  return [
    h('header', { class: 'part-head', 'data-key': 'machine-head' },
      h('button', { class: 'back', type: 'button', 'aria-label': t('testing.back'), onclick: () => choose(null) }, '‹'),
      h('div', {}, h('h2', { class: 't1' }, say(placed?.name) || bench.wanted),
        h('p', { class: 't3' }, [say(live.areas.get(placed?.area)?.name), bench.wanted, told?.address].filter(Boolean).join('　')))),
    told ? state(told) : h('p', { class: 'hint t2', 'data-key': 'loading' }, t('loading')),
    told ? ways(told) : null
  ]
}

function state (told) {
  const shown = view.all ? told.state : told.state.slice(0, FEW)
  return h('div', { class: 'truth', 'data-key': `truth-${told.id}` },
    h('p', { class: 'label t2' }, t('testing.truth')),
    h('dl', {}, shown.map((one) => h('div', { 'data-key': one.name }, h('dt', { class: 't2' }, say(one.label)), h('dd', { class: 't1' }, valueOf(one))))),
    told.state.length > FEW ? h('button', { class: 'link t2', type: 'button', 'aria-expanded': String(view.all),
      onclick: () => { view.all = !view.all; changed() } }, view.all ? t('testing.few') : t('testing.all', { count: told.state.length })) : null)
}

function valueOf ({ value, unit, meaning }) {
  if (meaning) return say(meaning)
  if (typeof value === 'string') return value
  const text = number(value, digitsOf(unit, value))
  return unit && value !== null ? text + THIN + unitShown(unit) : text
}

function ways (told) {
  const kinds = view.wire ? told.network_faults.filter(({ kind }) => kind !== 'ok') : told.faults
  const tab = (wire, words) => h('button', { class: 'chip', type: 'button', 'aria-pressed': String(view.wire === wire),
    onclick: () => { view.wire = wire; openInjection(null); changed() } }, words)
  return h('div', { class: 'ways-to-break', 'data-key': 'ways' },
    h('div', { class: 'choice' }, tab(false, t('testing.faults', { count: told.faults.length })),
      tab(true, t('testing.network', { count: Math.max(0, told.network_faults.length - 1) }))),
    kinds.length ? h('ul', {}, kinds.map((fault) => way(told, fault))) : h('p', { class: 'hint t2' }, t('testing.no_faults')))
}

function way (told, fault) {
  const chosen = injection.kind === fault.kind && injection.wire === view.wire
  const broken = told.active.some((active) => active.kind === fault.kind && active.network === view.wire)
  const open = () => { openInjection(chosen ? null : { fault, wire: view.wire, device: told }); changed() }
  return h('li', { class: `way ${chosen ? 'chosen' : ''}`, 'data-key': fault.kind },
    h('button', { class: 'pick', type: 'button', 'aria-expanded': String(chosen), onclick: open },
      h('b', { class: 't1' }, say(fault.name)), broken ? h('b', { class: 'broken' }, t('testing.broken')) : null,
      effectOf(fault) ? h('span', { class: 't2' }, effectOf(fault)) : null),
    chosen ? form() : null)
}

/** A wire's fault is its name; English says a little more. */
const effectOf = (fault) => fault.expected === undefined && language() === 'zh' ? '' : say(fault.effect)
