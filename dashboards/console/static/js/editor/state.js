// The text in hand, what the server says of it while one types, and putting it in force.
import * as api from '../core/api.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { carried } from '../site/rules.js'

/** After the last key, ms: long enough not to ask at every letter. */
const PAUSE_MS = 400

const path = location.pathname.split('/')
/** The rule being edited; null for a new one. */
export const id = path.at(-1) === 'edit' ? decodeURIComponent(path.at(-2)) : null

export const edit = {
  /** What runs: `{yaml, version, origin}`; null while it is on its way. */
  base: null, yaml: '', comment: '',
  /** `{rules, mistakes}` of the text as it was when last checked; null while it is being checked. */
  check: null, confirming: false, saving: false, problem: '', saved: null
}
let asking = 0

export async function load () {
  const proposal = carried()
  try {
    edit.base = id ? await api.ruleText(id) : { yaml: '', version: null, origin: 'edited' }
    Object.assign(edit, { yaml: proposal?.yaml ?? (id ? edit.base.yaml : t('editor.skeleton', { device: '{device}' })), comment: proposal?.comment ?? '' })
    check()
  } catch (error) {
    edit.problem = error.status === 404 ? t('rule.unknown') : said(error)
  }
  changed()
}

export function write (text) {
  Object.assign(edit, { yaml: text, check: null, problem: '' })
  clearTimeout(asking)
  asking = setTimeout(check, PAUSE_MS)
  changed()
}

/** An answer to an older text says nothing of the present one. */
async function check () {
  const text = edit.yaml
  try {
    const answer = await api.checkRules(text)
    if (edit.yaml === text) edit.check = answer
  } catch (error) {
    if (edit.yaml === text) edit.problem = said(error)
  }
  changed()
}

export const isChanged = () => edit.base && edit.yaml !== edit.base.yaml

/** Whether it may be put in force: checked, without a mistake, other than what runs. */
export const isReady = () => Boolean(edit.check && !edit.check.mistakes.length && edit.check.rules.length === 1 && isChanged())

export async function save () {
  edit.saving = true
  changed()
  const body = { yaml: edit.yaml, comment: edit.comment.trim() }
  try {
    edit.saved = await (id ? api.changeRule(id, { ...body, base_version: edit.base.version }) : api.addRule(body))
    edit.problem = ''
  } catch (error) {
    edit.problem = said(error)
    if (error.problem?.mistakes) Object.assign(edit, { confirming: false, check: { rules: [], mistakes: error.problem.mistakes } })
  }
  edit.saving = false
  changed()
}
