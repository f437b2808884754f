// Bluesky's own PDS, a DID directory and a tiny AppView, all on this machine, for as long as our standard input is open.
// Prints one line: READY {"pds": url, "directory": url, "appview": url}. All state is in memory or in the folder argv[2].
import { randomBytes } from 'node:crypto'
import { createServer, Server } from 'node:net'
import http from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'

const folder = process.argv[2]
const need = createRequire(new URL('../../node/package.json', import.meta.url))

// Neither server can be told an address, both would listen to the whole network.
const listen = Server.prototype.listen
Server.prototype.listen = function (where, ...rest) {
  if (typeof where === 'object' && where !== null) return listen.call(this, { ...where, host: '127.0.0.1' }, ...rest)
  return listen.call(this, { port: Number(where), host: '127.0.0.1' }, ...rest.filter((one) => typeof one === 'function'))
}

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })

const secret = () => randomBytes(32).toString('hex')
const [pdsPort, plcPort, viewPort] = [await freePort(), await freePort(), await freePort()]
const at = (port) => `http://localhost:${port}`

// What the AppView would count: the same for every post that the PDS holds, nothing for one that it doesn't.
const COUNTS = { likeCount: 7, repostCount: 3, replyCount: 2, quoteCount: 1, bookmarkCount: 4 }

async function posts(query) {
  const found = []
  for (const uri of query.getAll('uris')) {
    const [repo, collection, rkey] = uri.slice('at://'.length).split('/')
    const asked = await fetch(`${at(pdsPort)}/xrpc/com.atproto.repo.getRecord?${new URLSearchParams({ repo, collection, rkey })}`)
    if (!asked.ok) continue
    const { cid, value } = await asked.json()
    found.push({ uri, cid, record: value, author: { did: repo, handle: 'somebody.test' }, indexedAt: value.createdAt, ...COUNTS })
  }
  return { posts: found }
}

const answers = {
  'app.bsky.feed.getPosts': posts,
  'app.bsky.actor.getProfile': (query) => ({
    did: query.get('actor'), handle: 'somebody.test', displayName: 'Somebody', description: 'About me',
    followersCount: 12, followsCount: 5, postsCount: 9,
  }),
}

http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, at(viewPort))
  const answer = answers[pathname.replace('/xrpc/', '')]
  response.writeHead(answer ? 200 : 501, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer ? await answer(searchParams) : { error: 'MethodNotImplemented' }))
}).listen(viewPort)

const plc = need('@did-plc/server')
await plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort }).start()

const { PDS, envToCfg, envToSecrets } = need('@atproto/pds')
const settings = {
  devMode: true, port: pdsPort, hostname: 'localhost', version: 'test', inviteRequired: false,
  serviceHandleDomains: ['.test'], enableDidDocWithSession: true, disableSsrfProtection: true,
  dataDirectory: folder, blobstoreDiskLocation: path.join(folder, 'blobs'), blobUploadLimit: 60_000_000,
  didPlcUrl: at(plcPort), bskyAppViewUrl: at(viewPort), bskyAppViewDid: 'did:example:appview',
  rateLimitsEnabled: process.env.RATE_LIMITS === '1',
  adminPassword: secret(), jwtSecret: secret(), dpopSecret: secret(), plcRotationKeyK256PrivateKeyHex: secret(),
}
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
await pds.start()
process.stdout.write(`READY ${JSON.stringify({ pds: at(pdsPort), directory: at(plcPort), appview: at(viewPort) })}\n`)

process.stdin.on('end', () => process.exit(0)).resume()
