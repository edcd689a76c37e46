// A text with numbered lines; those with a mistake are marked.
import { h } from '../core/dom.js'
import { t } from '../core/words.js'
import { mayEdit } from '../site/rules.js'
import { edit, write } from './state.js'

const field = () => document.querySelector('.code textarea')

export function codeField (mistakes) {
  const wrong = new Set(mistakes.filter(({ file }) => !file).map(({ line }) => line))
  const lines = edit.yaml.split('\n').length
  return h('div', { class: 'panel code', 'data-key': 'code' },
    h('pre', { class: 'gutter mono t3', 'aria-hidden': 'true' }, Array.from({ length: lines }, (_, index) =>
      h('span', { class: wrong.has(index + 1) ? 'wrong' : '' }, `${index + 1}\n`))),
    // The text it begins with; from then on the field itself holds what is written.
    h('textarea', { class: 'mono t1', spellcheck: 'false', wrap: 'off', 'aria-label': t('editor.text'), readonly: !mayEdit(), 'data-key': 'text',
      oninput: (event) => write(event.target.value), onscroll: (event) => { document.querySelector('.gutter').scrollTop = event.target.scrollTop } }, edit.yaml))
}

/** Where the word of a mistake begins and ends in the text; the whole line where no column is known. */
function spanOf ({ line, column }, text) {
  const start = text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const end = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start)
  const from = column ? Math.min(start + column - 1, end) : start
  return [from, column ? Math.min(from + (text.slice(from, end).match(/^[\w.-]+/)?.[0].length ?? 1), end) : end]
}

/** The cursor at a mistake, its word marked. */
export function goTo (mistake) {
  const text = field().value
  field().focus()
  field().setSelectionRange(...spanOf(mistake, text))
  field().scrollTop = Math.max(0, (mistake.line - 5) * field().scrollHeight / text.split('\n').length)
}

/** Write what is suggested in its place; like anything typed, it is checked at once. */
export function mend (mistake) {
  goTo(mistake)
  field().setRangeText(mistake.suggestion, field().selectionStart, field().selectionEnd, 'end')
  write(field().value)
}
