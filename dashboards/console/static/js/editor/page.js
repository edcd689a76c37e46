// Editing a rule: its text, its mistakes where they stand, and the difference before it is put in force.
import { h } from '../core/dom.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { knows, t } from '../core/words.js'
import { diffOf, diffView } from '../draw/diff.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { mistakeList } from '../rules/mistakes.js'
import { carry, mayEdit, titleOfRule } from '../site/rules.js'
import { codeField, goTo, mend } from './code.js'
import { edit, id, isChanged, isReady, load, save } from './state.js'

export async function open (root) {
  await loadSite()
  await followSite()
  load()
  drawDesk(root, 'editor', content)
}

function content () {
  const title = id ? t('editor.title', { what: titleOfRule(id) }) : t('editor.new')
  if (!edit.base) return [bookTabs('editor'), h('p', { class: 'nothing t2', 'data-key': 'none' }, edit.problem || t('loading'))]
  if (edit.saved) return [bookTabs('editor'), savedPart(edit.saved)]
  return [bookTabs('editor'), h('h1', { class: 't1', 'data-key': 'title' }, title),
    h('div', { class: 'editor-grid', 'data-key': 'grid' }, codeField(edit.check?.mistakes ?? []), h('div', { class: 'column' }, checkPart(),
      mayEdit() ? edit.confirming ? confirmPart() : commentPart() : h('p', { class: 't2' }, t('rule.only_reading'))))]
}

function checkPart () {
  const { check } = edit
  const mistakes = check?.mistakes ?? []
  return h('section', { class: 'panel part', 'data-key': 'check', 'aria-live': 'polite' },
    h('h2', { class: 't1' }, !check ? t('editor.checking') : mistakes.length ? t('editor.mistakes', { count: mistakes.length }) : t('editor.well')),
    mistakes.length ? mistakeList(mistakes, { go: goTo, mend: mayEdit() ? mend : null }) : null,
    mistakes.length ? null : check?.rules.map((rule) => h('div', {}, h('p', { class: rule.watches ? 't2' : 't1' }, h('span', { class: 'mono' }, rule.id), ' ',
      rule.watches ? t('editor.watches', { count: rule.watches }) : t('rule.watches_none')),
      rule.hints?.map((hint) => h('p', { class: 't1 hint' }, knows(`editor.hint.${hint.kind}`) ? t(`editor.hint.${hint.kind}`) : hint.message)))))
}

function commentPart () {
  const ready = isReady() && edit.comment.trim()
  return h('section', { class: 'panel part', 'data-key': 'comment' },
    h('label', {}, h('span', { class: 't2' }, t('editor.why')), h('textarea', { class: 'field comment', rows: 2, maxlength: 2000, 'data-key': 'why',
      oninput: (event) => { edit.comment = event.target.value; changed() } }, edit.comment)),
    h('div', { class: 'ends' }, backtestButton(), h('button', { class: 'button main', type: 'button', disabled: !ready,
      onclick: () => { edit.confirming = true; changed() } }, t('editor.go_on'))),
    isChanged() ? null : h('p', { class: 't3' }, t('editor.unchanged')), problemLine())
}

const backtestButton = () => h('button', { class: 'button', type: 'button', disabled: !isReady(), onclick: tryFirst }, t('editor.backtest_first'))

function tryFirst () {
  carry({ rule: edit.check.rules[0].id, yaml: edit.yaml, comment: edit.comment })
  location.assign('/backtests')
}

/** What will be different, once more before it counts. */
const confirmPart = () => h('section', { class: 'panel part confirm', 'data-key': 'confirm' }, h('h2', { class: 't1' }, t('editor.confirm')),
  diffView(diffOf(edit.base.yaml, edit.yaml)), h('p', { class: 't2' }, edit.comment), h('p', { class: 't2' }, t('editor.means')),
  h('div', { class: 'ends' }, h('button', { class: 'button', type: 'button', onclick: () => { edit.confirming = false; changed() } }, t('cancel')), backtestButton(),
    h('button', { class: 'button main', type: 'button', disabled: edit.saving || !isReady(), onclick: save }, t('editor.save'))), problemLine())

const problemLine = () => edit.problem ? h('p', { class: 't1', role: 'alert' }, edit.problem) : null

/** What became of alarms that stood: 改按新规则判断 2. */
function savedPart (saved) {
  const moved = Object.entries(saved.moved ?? {}).map(([kind, count]) => `${knows(`alarm.event.${kind}`) ? t(`alarm.event.${kind}`) : kind} ${count}`)
  return h('section', { class: 'panel part saved', 'data-key': 'saved' }, h('h2', { class: 't1' }, t('editor.saved', { version: saved.version.slice(0, 8) })),
    h('p', { class: 't2' }, moved.length ? t('editor.moved', { what: moved.join(t('list.comma')) }) : t('editor.moved_none')),
    h('p', {}, h('a', { class: 'button main', href: `/rules/${encodeURIComponent(saved.id)}` }, t('trace.rule_page'))))
}
