// How a rule came to read as it does: its versions, what each changed, and taking an edit back.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant } from '../core/clock.js'
import { archiveDate, clockTime } from '../core/format.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { diffView } from '../draw/diff.js'
import { mayEdit } from '../site/rules.js'
import { personName } from '../site/people.js'

const view = { asked: null, items: null, opened: null, diffs: new Map(), taking: null, problem: '' }

async function ask (id, version) {
  view.asked = version
  view.items = await api.ruleVersions(id).catch(() => [])
  changed()
}

export function versionPart (id, rule) {
  if (view.asked !== (rule?.version ?? '')) ask(id, rule?.version ?? '')
  const items = view.items
  return h('section', { class: 'panel part', 'data-key': 'versions' }, h('h2', { class: 't1' }, t('rule.versions')),
    !items ? h('p', { class: 't3' }, t('loading')) : !items.length ? h('p', { class: 't3' }, t('rule.no_versions'))
      : h('ol', { class: 'versions' }, items.map((item, index) => versionRow(id, item, items[index + 1]))))
}

/** A version that was taken back and came again stands in the list twice, each time after another. */
const keyOf = (item) => `${item.version} ${item.at}`

function versionRow (id, item, before) {
  const isOpen = view.opened === keyOf(item)
  const at = instant(item.at)
  return h('li', { 'data-key': keyOf(item) }, h('button', { type: 'button', 'aria-expanded': String(isOpen), onclick: () => toggle(id, item, before) },
    h('span', { class: 'mono t1' }, item.version.slice(0, 8)), h('span', { class: 't2' }, `${archiveDate(at)} ${clockTime(at)}`),
    h('span', { class: 't2' }, item.by ? personName(item.by) : ''), h('span', { class: 't3' }, t(`rule.origin.${item.origin}`)),
    item.running ? h('i', { class: 'mark' }, t('rule.running')) : null, h('span', { class: 't1 comment' }, item.comment)),
  isOpen ? h('div', { class: 'diff-place' }, h('p', { class: 't3' }, before ? t('rule.against', { version: before.version.slice(0, 8) }) : t('rule.first_text')),
    diffView(view.diffs.get(keyOf(item)) ?? item.yaml.split('\n').map((text) => ({ mark: ' ', text })))) : null)
}

function toggle (id, item, before) {
  view.opened = view.opened === keyOf(item) ? null : keyOf(item)
  changed()
  if (!view.opened || !before || view.diffs.has(keyOf(item))) return
  api.ruleVersion(id, item.version, before.version).then(({ diff }) => { if (diff) view.diffs.set(keyOf(item), diff); changed() }, () => {})
}

/** The way back from an edit: asked once more, with a reason. */
export function takeBackPart (rule) {
  if (rule.origin !== 'edited' || !mayEdit()) return null
  if (view.taking === null) return h('p', { class: 'take-back' }, h('button', { class: 'link t2', type: 'button', onclick: () => { view.taking = ''; changed() } }, t('rule.take_back')))
  const send = async () => {
    try {
      await api.takeBackRule(rule.id, rule.version, view.taking.trim())
      Object.assign(view, { taking: null, problem: '', asked: null })
    } catch (error) { view.problem = said(error) }
    changed()
  }
  return h('form', { class: 'take-back', 'data-key': 'take-back', onsubmit: (event) => { event.preventDefault(); send() } },
    h('p', { class: 't1' }, t('rule.take_back_sure')),
    h('input', { class: 'field', placeholder: t('editor.comment'), 'aria-label': t('editor.comment'), maxlength: 2000, oninput: (event) => { view.taking = event.target.value; changed() } }),
    h('button', { class: 'button', type: 'button', onclick: () => { view.taking = null; changed() } }, t('cancel')),
    h('button', { class: 'button main', type: 'submit', disabled: !view.taking.trim() }, t('rule.take_back_do')),
    view.problem ? h('p', { class: 't1', role: 'alert' }, view.problem) : null)
}
