// The runs so far: what was tried, how far it is, what came of it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant } from '../core/clock.js'
import { clockTime, number, shortDate, since } from '../core/format.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { personName } from '../site/people.js'
import { mayEdit, titleOfRule } from '../site/rules.js'
import { progressBar } from './progress.js'

const view = { items: null, problem: '' }
const OFTEN_MS = 1000
const SELDOM_MS = 15_000
export const isOver = (job) => !['queued', 'running'].includes(job.state)

/** Asked once a second while one runs, else now and then: another person may have started one. */
export async function followRuns () {
  try {
    view.items = await api.backtests()
    view.problem = ''
  } catch (error) {
    if (error.status !== 0) view.problem = said(error)
  }
  changed()
  setTimeout(followRuns, view.items?.some((job) => !isOver(job)) ? OFTEN_MS : SELDOM_MS)
}

export function runs () {
  const { items } = view
  return h('section', { class: 'panel part', 'data-key': 'runs' }, h('h2', { class: 't1' }, t('backtest.runs')),
    view.problem ? h('p', { class: 't1' }, view.problem) : !items ? h('p', { class: 't3' }, t('loading'))
      : items.length ? h('ol', { class: 'runs' }, items.map(row)) : h('p', { class: 't2 empty' }, t('backtest.none')))
}

/** The rules of a text: its ids as they stand in it. */
const idsIn = (yaml) => [...yaml.matchAll(/^(?:- )?id:\s*["']?([\w.-]+)/gm)].map(([, id]) => id)

export function titleOfRun ({ rule, yaml, suggest }) {
  if (suggest) return t('backtest.suggestion_for', { what: titleOfRule(suggest) })
  const ids = rule ? [rule] : idsIn(yaml ?? '')
  return ids.map(titleOfRule).join(t('list.comma')) || t('backtest.any_rule')
}

export const periodOf = ({ start, end }) => start ? `${shortDate(instant(start))} ${clockTime(instant(start))} – ${shortDate(instant(end))} ${clockTime(instant(end))}` : ''

function row (job) {
  const { question, summary } = job
  return h('li', { 'data-key': job.id }, h('a', { class: 'run', href: `/backtests/${encodeURIComponent(job.id)}` },
    h('b', { class: 't1 what' }, titleOfRun(question)),
    h('span', { class: 't2' }, periodOf(question)), h('span', { class: 't3' }, `${job.id}  ${personName(job.by)} ${since(instant(job.asked_at))}`),
    h('span', { class: `t1 came ${job.state}` }, summary ? cameWords(question, summary) : t(`backtest.state.${job.state}`))),
  isOver(job) ? null : progressBar(job, mayEdit() ? () => api.cancelBacktest(job.id).then(followOnce, followOnce) : null))
}

async function followOnce () {
  view.items = await api.backtests().catch(() => view.items)
  changed()
}

function cameWords (question, { now, proposed, missed, readings }) {
  if (readings === 0) return t('backtest.came_of_nothing')
  if (!question.yaml && !question.suggest) return t('backtest.came_now', { count: number(now.alarms) })
  const words = t('backtest.came', { now: number(now.alarms), proposed: number(proposed.alarms) })
  return missed ? [words, t('backtest.misses', { count: missed })].join(t('list.clause')) : words
}
