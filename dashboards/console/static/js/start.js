// The entry of every page: words of the language first, then the page's own module.
import { loadSaid } from './core/said.js'
import { loadWords } from './core/words.js'
import { followTheme } from './core/theme.js'

const root = document.documentElement
await loadWords(root.lang)
await loadSaid()
followTheme()
const { open } = await import(`./${root.dataset.page}/page.js`)
await open(document.getElementById('page'))
root.dataset.ready = 'yes'
