// Logging in. In a demo the demo's people stand ready as buttons.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { said } from '../core/said.js'
import { setLanguage, language, t } from '../core/words.js'

const DEMO_PASSWORD = 'demo'

export async function open (root) {
  const { demo_users: demo, languages } = JSON.parse(document.documentElement.dataset.settings)
  document.title = t('login.title')
  const problem = h('p', { class: 'problem t1', role: 'alert' })
  const name = h('input', { class: 'field', name: 'username', autocomplete: 'username', autofocus: true, required: true,
    'aria-label': t('login.name'), placeholder: t('login.name') })
  const password = h('input', { class: 'field', name: 'password', type: 'password', autocomplete: 'current-password', required: true,
    'aria-label': t('login.password'), placeholder: t('login.password') })
  const enter = async (user, secret) => {
    problem.textContent = ''
    try {
      await api.logIn(user, secret)
      location.replace(destination())
    } catch (error) {
      problem.textContent = error.status === 401 ? t('login.refused') : error.status === 429 ? t('login.too_often') : error.status === 0
        ? t('login.no_answer') : said(error)
    }
  }
  const form = h('form', { onsubmit: (event) => { event.preventDefault(); enter(name.value, password.value) } }, name, password,
    h('button', { class: 'button main', type: 'submit' }, t('login.enter')), problem)
  root.append(h('main', { class: 'login panel' }, h('h1', { class: 't1' }, t('brand'), h('span', { class: 't3' }, t('login.motto'))), form,
    demo.length ? h('section', { class: 'demo' }, h('p', { class: 't3' }, t('login.demo')),
      h('div', {}, demo.map((user) => h('button', { class: 'button', type: 'button', onclick: () => enter(user, DEMO_PASSWORD) },
        t(`role.${user}`))))) : null,
    h('p', { class: 'languages t3' }, languages.filter((code) => code !== language()).map((code) => h('button',
      { type: 'button', onclick: () => setLanguage(code) }, { zh: '中文', en: 'English' }[code])))))
}

/** Only a place on this site: an address from outside could name another. */
function destination () {
  const next = new URLSearchParams(location.search).get('next') ?? ''
  return /^\/(?!\/|\\)/.test(next) ? next : '/'
}
