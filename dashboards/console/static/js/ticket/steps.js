// The next step under the thumb: accept, arrive, finish; only the next one is filled. What needs words asks for them first.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { take as takeStep, waiting } from '../site/queue.js'
import { NEXT_ACT } from '../site/tickets.js'
import { HOLD_REASONS } from './subject.js'
import { take, view } from './state.js'

const WALK = ['accept', 'arrive', 'finish']
/** Acts that mean nothing without a word, and what the word is. */
const ASKS = { finish: 'text', hold: 'reason', dispatch: 'person', comment: 'text', rework: 'text', cancel: 'text', verify: 'optional',
  visit: 'optional' }
const RIGHT = { accept: 'ticket_work', arrive: 'ticket_work', finish: 'ticket_work', hold: 'ticket_work', resume: 'ticket_work',
  dispatch: 'ticket_dispatch', verify: 'ticket_close', visit: 'ticket_close', close: 'ticket_close',
  rework: 'ticket_close', cancel: 'ticket_close', comment: 'ticket_open' }
const OTHERS = { registered: ['dispatch'], dispatched: ['dispatch'], accepted: ['dispatch'], on_site: ['hold', 'dispatch'],
  in_work: ['hold', 'dispatch'], held: ['dispatch'], finished: ['rework'], verified: ['rework'], visited: ['rework'] }
const QUEUED_STATE = { accept: 'accepted', arrive: 'on_site', finish: 'finished', hold: 'held', resume: 'in_work' }

const may = (act) => live.me.rights.includes(RIGHT[act])

/** Where the ticket stands when the steps that wait in the phone are counted. */
const stateOf = (ticket) => waiting(ticket.id).reduce((state, step) => QUEUED_STATE[step.act] ?? state, ticket.state)

async function step (ticket, act, body = {}) {
  view.problem = ''
  try {
    const done = await takeStep(ticket.id, act, body)
    if (done) take(done)
    else Object.assign(view, { form: null })
  } catch (error) {
    view.problem = t('ticket.refused', { reason: error.message })
  }
  changed()
}

const choose = (ticket, act) => () => {
  if (!ASKS[act]) return step(ticket, act)
  view.form = { act, comment: '', choice: act === 'hold' ? HOLD_REASONS[0] : '' }
  changed()
  requestAnimationFrame(() => document.querySelector('.step-form .field')?.focus())
}

export function stepBar (ticket) {
  const state = stateOf(ticket)
  return h('footer', { class: 'steps-bar', 'data-key': 'steps' },
    view.problem ? h('p', { class: 't1', role: 'alert' }, view.problem) : null,
    waiting(ticket.id).length ? h('p', { class: 't2 queued' }, t('queue.count', { count: waiting(ticket.id).length })) : null,
    view.form ? form(ticket) : [walkButtons(ticket, state), otherActs(ticket, state)])
}

/** Accept, arrive, finish side by side; later steps stand alone. Only the next one can be pressed. */
function walkButtons (ticket, state) {
  const next = NEXT_ACT[state]
  if (!next) return h('div', { class: 'walk' }, h('p', { class: 't2' }, t(`ticket.state.${state}`)))
  const button = (act) => h('button', { class: `button ${act === next ? 'main' : ''}`, type: 'button', disabled: act !== next || !may(act),
    onclick: choose(ticket, act) }, t(`act.${act}`))
  return h('div', { class: 'walk' }, (WALK.includes(next) ? WALK : [next]).map(button))
}

function otherActs (ticket, state) {
  const acts = [...(OTHERS[state] ?? []), 'comment'].filter(may)
  return h('div', { class: 'others t2' },
    acts.map((act) => h('button', { class: 'link', type: 'button', onclick: choose(ticket, act) }, t(`act.${act}`))))
}

function form (ticket) {
  const { act, comment, choice } = view.form
  const kind = ASKS[act]
  const set = (change) => { Object.assign(view.form, change); changed() }
  const ready = kind === 'optional' || (kind === 'person' ? choice : kind === 'reason' ? choice !== 'other' || comment.trim()
    : comment.trim())
  const send = () => step(ticket, act, kind === 'person' ? { owner: choice, comment }
    : { comment: kind === 'reason' ? [choice, comment.trim()].filter(Boolean).join(' ') : comment.trim() })
  return h('form', { class: 'step-form', 'data-key': `form ${act}`, onsubmit: (event) => { event.preventDefault(); if (ready) send() } },
    h('p', { class: 't2' }, t(`ask.${act}`)),
    kind === 'reason' ? h('div', { class: 'choice' },
      HOLD_REASONS.map((reason) => h('button',
      { class: 'button', type: 'button', 'aria-pressed': String(choice === reason),
      onclick: () => set({ choice: reason }) }, t(`hold.${reason}`)))) : null,
    kind === 'person' ? h('div', { class: 'choice people' },
      [...live.people.values()].map((person) => h('button',
      { class: 'button', type: 'button', 'aria-pressed': String(choice === person.id),
      onclick: () => set({ choice: person.id }) }, t('ask.person', { name: say(person.name), count: person.open_tickets })))) : null,
    h('input', { class: 'field', maxlength: 1900, 'aria-label': t(`ask.${act}`),
      oninput: (event) => set({ comment: event.target.value }) }),
    h('div', { class: 'walk' }, h('button', { class: 'button', type: 'button', onclick: () => { view.form = null; changed() } },
      t('cancel')), h('button', { class: 'button main', type: 'submit', disabled: !ready }, t(`act.${act}`))))
}
