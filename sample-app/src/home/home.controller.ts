import { Controller, Get, Header, Headers } from '@nestjs/common';
import { thingsToTry } from './things-to-try.js';

/** The page for whoever opens the address of the application. */
@Controller()
export class HomeController {
  @Get()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  home(@Headers('host') host = 'localhost'): string {
    return ['MailBridge sample application', '', ...thingsToTry(`http://${host}`), ''].join('\n');
  }
}
