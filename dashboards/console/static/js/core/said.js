// What the server says in its own words, which are English, in the reader's language: refusals, and mistakes in the text of a rule.
import { knows, language, t } from './words.js'

/** `{pattern, names, phrase}` in order: the first that fits is it. Empty where the reader's language is the server's. */
let phrases = []

export async function loadSaid () {
  if (language() !== 'zh') return
  phrases = Object.entries((await import('../words/zh_said.js')).default).map(([said, phrase]) => ({ phrase, ...fitted(said) }))
}

const HOLE = /\{(\*?)(\w+)\}/g

/** An English sentence with {places} as a pattern; a {*place} is a sentence of its own. */
function fitted (said) {
  const names = [...said.matchAll(HOLE)].map(([, inner, name]) => ({ name, isSentence: inner === '*' }))
  const parts = said.split(/\{\*?\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return { names, pattern: new RegExp(`^${parts.join('(.+?)')}$`, 's') }
}

/** The sentence in the reader's language, or null where there are no words for it. */
export function translated (sentence) {
  if (language() !== 'zh') return sentence
  for (const { pattern, names, phrase } of phrases) {
    const found = sentence.match(pattern)
    const values = found && names.map(({ isSentence }, index) => isSentence ? translated(found[index + 1]) : found[index + 1])
    if (values?.every((value) => value !== null)) return filled(phrase, Object.fromEntries(names.map(({ name }, index) => [name, values[index]])))
  }
  return null
}

/** {place} is what stood there, {place@family} the catalogue's word for it. */
const filled = (phrase, values) => phrase.replace(/\{(\w+)(?:@([\w.]+))?\}/g, (hole, name, family) => {
  const key = `${family}.${values[name]?.replaceAll(' ', '_')}`
  return family && knows(key) ? t(key) : values[name] ?? hole
})

/** Why an act was not done: in words of ours, or with the server's own behind ours. */
export function said (error) {
  if (error.status === 0) return t('problem.no_answer')
  if (error.problem.mistakes?.length) return t('problem.mistakes')
  return translated(error.message) ?? t(`problem.${knows(`problem.${error.status}`) ? error.status : 'other'}`, { words: error.message })
}
