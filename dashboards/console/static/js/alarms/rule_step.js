// The rule that raised it, as it was written then, and the one that judges it now.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { archiveDate, digitsOf, number, secondTime } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { personName } from '../site/people.js'
import { line, mono, step } from './step.js'

/** Versions whose text is open. */
const opened = new Set()

export function ruleStep ({ rule, condition_since: began, rule_text: raised, judged_text: judged }) {
  const where = !rule.present ? '' : rule.file.startsWith('edit:') ? t('rule.origin.edited')
    : t('trace.profile_line', { profile: rule.file.split('/').at(-1), line: rule.line })
  const asks = [`${rule.id}:`, rule.when, rule.on_delay_s
    ? t('trace.delay', { seconds: number(rule.on_delay_s, digitsOf('s', rule.on_delay_s)) }) : ''].filter(Boolean).join('  ')
  const values = Object.entries(rule.values ?? {}).map(([name, value]) => `${name} = ${value}`).join('  ')
  return step('rule', [t('trace.version', { version: rule.version.slice(0, 8) }), where].filter(Boolean).join('  '),
    mono(asks), values ? mono(values) : null,
    rule.same_version ? null : line(t(rule.present ? 'trace.rule_changed' : 'trace.rule_gone')),
    line(t(rule.on_delay_s ? 'trace.held' : 'trace.held_at_once', { time: secondTime(instant(began)),
      seconds: number(rule.on_delay_s ?? 0) })),
    textOf(raised, 'trace.text_raised'), textOf(judged, 'trace.text_judged'),
    rule.present ? line(h('a', { class: 'link', href: `/rules/${encodeURIComponent(rule.id)}` }, t('trace.rule_page'))) : null)
}

/** Who wrote a version, when and why; its text behind a press. */
function textOf (text, words) {
  if (!text) return null
  const isOpen = opened.has(text.version)
  const toggle = () => { if (!opened.delete(text.version)) opened.add(text.version); changed() }
  const by = text.by ? t('trace.text_by', { who: personName(text.by), date: archiveDate(instant(text.at)) }) : t(`rule.origin.${text.origin}`)
  return [h('p', { class: 't2' }, t(words, { version: text.version.slice(0, 8) }), ' ', by, text.comment ? t('story.note', { note: text.comment }) : '', ' ',
    h('button', { class: 'link', type: 'button', 'aria-expanded': String(isOpen), onclick: toggle }, t(isOpen ? 'trace.text_close' : 'trace.text_open'))),
  isOpen ? h('pre', { class: 'mono t2 rule-text' }, text.yaml) : null]
}
