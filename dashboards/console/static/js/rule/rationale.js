// The rationalisation record of a rule, in the reader's language first and in the other below.
import { h } from '../core/dom.js'
import { language, say, t } from '../core/words.js'
import { duration } from '../site/rules.js'
import { personName } from '../site/people.js'

const other = () => language() === 'zh' ? 'en' : 'zh'

/** A text of the site in both languages. */
const both = (text) => !text ? null : typeof text === 'string' ? [h('p', {}, text)]
  : [h('p', {}, say(text)), text[other()] ? h('p', { class: 't3 other', lang: other() }, text[other()]) : null]

export function rationalePart ({ why }) {
  const rows = [
    [t('why.cause'), both(why.cause)], [t('why.consequence'), both(why.consequence)], [t('why.action'), both(why.action)],
    why.steps?.length && [t('why.steps'), h('ol', { class: 'numbered' }, why.steps.map((step, index) => h('li', {}, h('b', { class: 't3' }, String(index + 1)), h('div', {}, both(step)))))],
    [t('why.respond'), h('p', {}, duration(why.respond_within_s))],
    why.confirm && [t('why.confirm'), both(why.confirm)],
    [t('why.source'), h('p', {}, why.source ? why.source.replace(/\bpractice\b/, t('why.practice')) : t('why.unsaid'))],
    why.owner && [t('why.owner'), both(why.owner)], why.approved_by && [t('why.approved_by'), both(why.approved_by)],
    why.reviewed && [t('why.reviewed'), h('p', {}, why.reviewed)],
    why.history?.length && [t('why.history'), why.history.map(({ on, by, what }) => [h('p', { class: 't3' }, `${on} ${personName(by)}`), both(what)])]
  ].filter(Boolean)
  return h('section', { class: 'panel part', 'data-key': 'why' }, h('h2', { class: 't1' }, t('why.title')),
    h('dl', { class: 'facts' }, rows.map(([label, value]) => [h('dt', { class: 't3' }, label), h('dd', { class: 't1' }, value)])))
}
