"""The connection to the service: sessions, proxies, and what an error of aiohttp means."""
