import { HttpModule, HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { count as counted, filter, from, lastValueFrom, mergeMap } from 'rxjs';
import { sendGridJson } from '../messages.mjs';

/** The obvious way in Nest: an array, `mergeMap` and `HttpService`. */
export async function start({ url, concurrency }) {
  class Application {}
  Module({ imports: [HttpModule] })(Application);
  const app = await NestFactory.createApplicationContext(Application, { logger: ['error'] });
  const http = app.get(HttpService);
  const headers = { authorization: 'Bearer SG.bench' };
  return (count) =>
    lastValueFrom(
      from(Array.from({ length: count }, (_, at) => sendGridJson(at))).pipe(
        mergeMap((body) => http.post(`${url}/v3/mail/send`, body, { headers }), concurrency),
        filter(({ status }) => status === 202),
        counted(),
      ),
    );
}
