// Runs before the first paint, so it is no module: puts language and theme on the page before anything is drawn.
(() => {
  const root = document.documentElement
  const kept = (name) => { try { return localStorage.getItem(`guanjia.${name}`) } catch { return null } }
  const languages = JSON.parse(root.dataset.settings).languages
  const language = kept('language')
  root.lang = languages.includes(language) ? language : languages[0]
  const theme = kept('theme')
  const zone = kept('timezone') || undefined
  const clock = new Intl.DateTimeFormat('en-GB',
    { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(new Date())
  // Night runs from 20:30 to 08:00, site time.
  root.dataset.theme = theme === 'night' || theme === 'day' ? theme : clock >= '20:30' || clock < '08:00' ? 'night' : 'day'
})()
