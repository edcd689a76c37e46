// What to try: a rule, its text, the days.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now, siteDay } from '../core/clock.js'
import { archiveDate } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { mistakeList } from '../rules/mistakes.js'
import { carried, ruleTitle } from '../site/rules.js'

const DAY = 86_400_000
const PERIODS = [7, 30]
/** `base`: the rule's text as it runs; a proposal that says the same judges the rule as it stands. */
const form = { rule: '', base: '', yaml: '', days: 30, own: null, sending: false, problem: '', mistakes: [] }

export async function openForm () {
  const proposal = carried()
  const rule = proposal?.rule ?? new URLSearchParams(location.search).get('rule') ?? ''
  await choose(rule)
  if (proposal?.yaml) form.yaml = proposal.yaml
  changed()
}

async function choose (rule) {
  Object.assign(form, { rule, base: '', yaml: '', problem: '', mistakes: [] })
  if (!live.rules.has(rule)) return changed()
  try {
    const { yaml } = await api.ruleText(rule)
    if (form.rule === rule) Object.assign(form, { base: yaml, yaml: form.yaml || yaml })
  } catch (error) { form.problem = said(error) }
  changed()
}

/** The last days up to now, or whole days of one's own. */
function period () {
  if (!form.own) return { start: new Date(now() - form.days * DAY).toISOString(), end: new Date(now()).toISOString() }
  return { start: form.own.start, end: archiveDate(siteDay(Date.parse(`${form.own.end}T12:00:00Z`), 1)) }
}

async function send () {
  Object.assign(form, { sending: true, problem: '', mistakes: [] })
  changed()
  try {
    const job = await api.startBacktest({ rule: form.rule, yaml: form.yaml === form.base ? '' : form.yaml, ...period() })
    location.assign(`/backtests/${encodeURIComponent(job.id)}`)
  } catch (error) {
    Object.assign(form, { sending: false, problem: said(error), mistakes: error.problem?.mistakes ?? [] })
    changed()
  }
}

const set = (change) => { Object.assign(form, change); changed() }

export function formPart () {
  const proposes = form.yaml !== form.base
  const ready = (form.rule || form.yaml.trim()) && (!form.own || (form.own.start && form.own.end && form.own.start <= form.own.end))
  const known = [...live.rules.values()].sort((a, b) => a.id.localeCompare(b.id))
  return h('form', { class: 'panel part backtest-form', 'data-key': 'form', onsubmit: (event) => { event.preventDefault(); send() } },
    h('h2', { class: 't1' }, t('backtest.new')),
    h('label', {}, h('span', { class: 't2' }, t('backtest.rule')), h('select', { class: 'field', onchange: (event) => choose(event.target.value), 'data-key': `rule ${known.length}` },
      h('option', { value: '', selected: !form.rule }, t('backtest.any_rule')), form.rule && !live.rules.has(form.rule) ? h('option', { value: form.rule, selected: true }, form.rule) : null,
      known.map((rule) => h('option', { value: rule.id, selected: rule.id === form.rule }, `${ruleTitle(rule)}  ${rule.id}`)))),
    h('label', {}, h('span', { class: 't2' }, t(proposes ? 'backtest.text_proposed' : 'backtest.text_now')),
      h('textarea', { class: 'field mono', rows: 12, spellcheck: 'false', wrap: 'off', 'data-key': `text ${form.rule} ${form.base.length}`,
        oninput: (event) => set({ yaml: event.target.value }) }, form.yaml)),
    h('p', { class: 't2' }, t('backtest.period')), periodChoice(),
    h('div', { class: 'ends' }, h('button', { class: 'button main', type: 'submit', disabled: !ready || form.sending }, t(proposes ? 'backtest.go' : 'backtest.go_now'))),
    form.problem ? h('p', { class: 't1', role: 'alert' }, form.problem) : null, form.mistakes.length ? mistakeList(form.mistakes) : null)
}

function periodChoice () {
  const choice = (pressed, words, onclick) => h('button', { class: 'button', type: 'button', 'aria-pressed': String(pressed), onclick }, words)
  const today = archiveDate(now())
  const day = (name) => h('label', { class: 'day' }, h('span', { class: 't2' }, t(`backtest.${name}`)), h('input', { class: 'field', type: 'date', max: today, 'data-key': name,
    value: form.own[name], onchange: (event) => set({ own: { ...form.own, [name]: event.target.value } }) }))
  return [h('div', { class: 'choice' }, PERIODS.map((days) => choice(!form.own && form.days === days, t('backtest.days', { days }), () => set({ days, own: null }))),
    choice(form.own, t('backtest.own'), () => set({ own: form.own ?? { start: archiveDate(now() - 7 * DAY), end: today } }))),
  form.own ? h('div', { class: 'own' }, day('start'), day('end')) : null]
}
