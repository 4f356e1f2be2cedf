// A WebSocket server that says who it is, echoes what it gets, and closes when it is told to.
//
//   node server.js PORT NAME
'use strict'
const http = require('http')
const { WebSocketServer } = require('ws')
const [port, name] = process.argv.slice(2)

const server = http.createServer((req, res) => {
  // The health check and the test's own question: how many sockets are open here?
  res.end(JSON.stringify({ name, open: wss.clients.size }))
})
const wss = new WebSocketServer({ server, maxPayload: 64 << 20 })
wss.on('connection', (ws, req) => {
  const table = new URL(req.url, 'http://x').searchParams.get('tableId')
  ws.send(JSON.stringify({ server: name, table }))
  ws.on('message', (data, binary) => {
    if (!binary && data.toString() === 'close me') return ws.close(4001, 'as you wish')
    ws.send(data, { binary })
  })
  ws.on('error', () => {})
})
server.listen(Number(port), '127.0.0.1', () => console.log('listening'))
