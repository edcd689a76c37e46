// The rationalisation record of a rule, in the reader's language first and in the other below.
import { h } from '../core/dom.js'
import { language, say, t } from '../core/words.js'
import { grade } from '../draw/shape.js'
import { duration, ruleTitle } from '../site/rules.js'
import { personName } from '../site/people.js'

const other = () => language() === 'zh' ? 'en' : 'zh'

/** A text of the site in both languages. */
const both = (text) => !text ? null : typeof text === 'string' ? [h('p', {}, text)]
  : [h('p', {}, say(text)), text[other()] ? h('p', { class: 't3 other', lang: other() }, text[other()]) : null]

/** What may differ from level to level: label, the value it is told by, its view. */
const argument = (why) => [
  [t('why.cause'), why.cause, both], [t('why.consequence'), why.consequence, both], [t('why.action'), why.action, both],
  [t('why.steps'), why.steps?.length ? why.steps : null, numbered], [t('why.respond'), why.respond_within_s, (seconds) => h('p', {}, duration(seconds))],
  [t('why.confirm'), why.confirm, both]
]

const numbered = (steps) => h('ol', { class: 'numbered' },
  steps.map((step, index) => h('li', {}, h('b', { class: 't3' }, String(index + 1)), h('div', {}, both(step)))))

const shown = (rows) => rows.filter(([, told]) => told).map(([label, told, view]) => [label, view(told)])

/** Only what a level says otherwise than its rule. */
function graver (level, why) {
  const usual = argument(why).map(([, told]) => JSON.stringify(told))
  return shown(argument(level.why).filter(([, told], index) => JSON.stringify(told) !== usual[index]))
}

const list = (rows) => h('dl', { class: 'facts' }, rows.map(([label, value]) => [h('dt', { class: 't3' }, label), h('dd', { class: 't1' }, value)]))

export function rationalePart ({ why, levels }) {
  const rows = [
    ...shown(argument(why)),
    [t('why.source'), h('p', {}, why.source ? why.source.replace(/\bpractice\b/, t('why.practice')) : t('why.unsaid'))],
    why.owner && [t('why.owner'), both(why.owner)], why.approved_by && [t('why.approved_by'), both(why.approved_by)],
    why.reviewed && [t('why.reviewed'), h('p', {}, why.reviewed)],
    why.history?.length && [t('why.history'), why.history.map(({ on, by, what }) => [h('p', { class: 't3' }, `${on} ${personName(by)}`), both(what)])]
  ].filter(Boolean)
  return h('section', { class: 'panel part', 'data-key': 'why' }, h('h2', { class: 't1' }, t('why.title')),
    list(rows), (levels ?? []).filter((level) => level.why).map((level) => [
      h('h3', { class: 'graver t2' }, grade(level.priority, 36), ruleTitle(level)), list(graver(level, why))]))
}
