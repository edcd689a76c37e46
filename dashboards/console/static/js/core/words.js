// Every word a person sees comes from one catalogue per language; texts of the site come in both languages from the API.

let catalogue = {}

export async function loadWords (language) {
  catalogue = (await import(`../words/${language}.js`)).default
}

/** The phrase of `key` with its {places} filled. A missing phrase is a mistake in the catalogue and shows itself as its key. */
export function t (key, places = {}) {
  const phrase = catalogue[key] ?? key
  return phrase.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? '')
}

export const knows = (key) => key in catalogue

export const language = () => document.documentElement.lang

/** A text of the site ({zh, en}) in the reader's language; plain strings (names of people) stay as they are. */
export const say = (text) => text === null || text === undefined ? '' : typeof text === 'string' ? text : text[language()] ?? text.zh ?? ''

export function setLanguage (wanted) {
  localStorage.setItem('guanjia.language', wanted)
  location.reload()
}
