// What a search for a better delay or deadband has found: the change, its proof, and the way into the editor.
import { h } from '../core/dom.js'
import { number } from '../core/format.js'
import { knows, t } from '../core/words.js'
import { diffOf, diffView } from '../draw/diff.js'
import { missesOf } from './comparison.js'
import { carry, duration, mayEdit } from '../site/rules.js'

export function suggestionPart ({ suggestion, reason }, question) {
  if (!suggestion) return h('section', { class: 'panel part verdict', 'data-key': 'suggestion' }, h('p', { class: 't1' }, t('suggest.none')),
    h('p', { class: 't2' }, knows(`suggest.reason.${reason}`) ? t(`suggest.reason.${reason}`) : reason))
  const { proof } = suggestion
  return h('section', { class: 'panel part verdict', 'data-key': 'suggestion' }, h('p', { class: 't1' }, changeWords(suggestion.change)),
    h('p', { class: 't2' }, t('suggest.proof', { now: number(proof.now.annunciated), proposed: number(proof.proposed.annunciated) }), t('list.clause'),
      missesOf(proof.missed, proof.incidents)),
    suggestion.before ? diffView(diffOf(suggestion.before, suggestion.yaml)) : null,
    mayEdit() ? h('p', {}, h('button', { class: 'button main', type: 'button', onclick: () => adopt(question.suggest, suggestion) }, t('suggest.adopt'))) : null)
}

/** 延时改为 30 s，回差改为 level 0.2. */
export const changeWords = (change) => Object.entries(change).map(([part, value]) => typeof value === 'object'
  ? t('suggest.change.deadband', { values: Object.entries(value).map(([name, size]) => `${name} ${size}`).join(t('list.comma')) })
  : t(`suggest.change.${part}`, { time: duration(value) })).join(t('list.clause'))

function adopt (rule, { yaml, change }) {
  carry({ rule, yaml, comment: changeWords(change) })
  location.assign(`/rules/${encodeURIComponent(rule)}/edit`)
}
