// The next step under the thumb: accept, arrive, finish; only the next one is filled. What needs words asks for them first.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { said } from '../core/said.js'
import { knows, say, t } from '../core/words.js'
import { take as takeStep, waiting } from '../site/queue.js'
import { NEXT_ACT } from '../site/tickets.js'
import { personName } from '../site/people.js'
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
    view.problem = t('ticket.refused', { reason: said(error) })
  }
  changed()
}

/** A ticket that is with somebody else changes hands when it is accepted, or when one arrives before anybody accepted. */
const takesOver = (ticket, act) => ticket.owner && ticket.owner !== live.me.name && !waiting(ticket.id).length
  && (act === 'accept' || (act === 'arrive' && BEFORE_ACCEPTANCE.includes(ticket.state)))
const BEFORE_ACCEPTANCE = ['registered', 'dispatched']

const choose = (ticket, act) => () => {
  if (!ASKS[act] && !takesOver(ticket, act)) return step(ticket, act)
  view.form = { act, comment: '', choice: act === 'hold' ? HOLD_REASONS[0] : '' }
  changed()
  requestAnimationFrame(() => document.querySelector('.step-form :is(.field, .main)')?.focus())
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
  if (!kind) return takeOver(ticket, act)
  const set = (change) => { Object.assign(view.form, change); changed() }
  const ready = kind === 'optional' || (kind === 'person' ? choice : kind === 'reason' ? choice !== 'other' || comment.trim()
    : comment.trim())
  const send = () => step(ticket, act, kind === 'person' ? { owner: choice, comment }
    : { comment: kind === 'reason' ? [choice, comment.trim()].filter(Boolean).join(' ') : comment.trim() })
  return h('form', { class: 'step-form', 'data-key': `form ${act}`, onsubmit: (event) => { event.preventDefault(); if (ready) send() } },
    choices(kind, ticket, act, choice, set),
    h('label', {}, h('span', { class: 't2' }, t(kind === 'reason' || kind === 'person' ? 'ask.note' : `ask.${act}`)),
      h('input', { class: 'field', maxlength: 1900, oninput: (event) => set({ comment: event.target.value }) })),
    ends(act, !ready))
}

const ends = (act, disabled) => h('div', { class: 'walk' },
  h('button', { class: 'button', type: 'button', onclick: () => { view.form = null; changed() } }, t('cancel')),
  h('button', { class: 'button main', type: 'submit', disabled }, t(`act.${act}`)))

/** One question before somebody else's ticket is taken, with that person's name in it. */
const takeOver = (ticket, act) => h('form', { class: 'step-form', 'data-key': `form ${act}`,
  onsubmit: (event) => { event.preventDefault(); step(ticket, act) } },
  h('p', { class: 't1' }, t('ask.take_over', { who: personName(ticket.owner) })), ends(act, false))

/** What is chosen rather than written: the reason for a pause, or to whom the ticket goes. */
function choices (kind, ticket, act, choice, set) {
  const found = kind === 'reason' ? HOLD_REASONS.map((reason) => [reason, t(`hold.${reason}`)])
    : kind === 'person' ? takers(ticket).map((person) => [person.id, faceOf(person)]) : null
  return found && [h('p', { class: 't2' }, t(`ask.${act}`)), h('div', { class: `choice ${kind}` }, found.map(([key, face]) => h('button',
    { class: 'button', type: 'button', 'aria-pressed': String(choice === key), onclick: () => set({ choice: key }) }, face)))]
}

const TAKERS = ['technician', 'operator']

/** Who may get it: those who work, but for whoever has it; first those with the skill it asks for, then those with the least to do. */
const takers = (ticket) => [...live.people.values()].filter((person) => TAKERS.includes(person.role) && person.id !== ticket.owner)
  .sort((a, b) => b.skills.includes(ticket.skill) - a.skills.includes(ticket.skill) || a.open_tickets - b.open_tickets)

const faceOf = (person) => [h('b', {}, say(person.name)),
  h('span', { class: 't2' }, person.skills.map((skill) => knows(`skill.${skill}`) ? t(`skill.${skill}`) : skill).join(t('list.comma'))),
  h('span', { class: 't3' }, t('ask.person', { count: person.open_tickets }))]
