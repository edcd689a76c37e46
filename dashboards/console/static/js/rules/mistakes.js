// Mistakes of a rule's text: where, what, and what to write instead.
import { h } from '../core/dom.js'
import { translated } from '../core/said.js'
import { t } from '../core/words.js'

/** `go(mistake)` leads to its place and `mend(mistake)` writes what is suggested, where the text is at hand. */
export const mistakeList = (mistakes, { go = null, mend = null } = {}) => h('ol', { class: 'mistakes', 'data-key': 'mistakes' }, mistakes.map((mistake) =>
  h('li', {}, go && !mistake.file ? h('button', { class: 'place link', type: 'button', onclick: () => go(mistake) }, placeOf(mistake)) : h('span', { class: 'place t3' }, placeOf(mistake)),
    h('div', { class: 't1' }, translated(mistake.message) ?? mistake.message, mistake.suggestion && mistake.column && mend ? h('button', { class: 'button', type: 'button', onclick: () => mend(mistake) },
      t('editor.suggestion', { word: mistake.suggestion })) : null))))

function placeOf ({ file, line, column }) {
  const place = column ? t('editor.at', { line, column }) : t('editor.at_line', { line })
  return file ? `${file.split('/').at(-1)} ${place}` : place
}
