import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { SubscriberFile, SubscriberFileError } from './subscriber-file.js';

/** Makes the uploaded file a `SubscriberFile`, or the answer 400 with what is wrong with it. */
@Injectable()
export class SubscriberFilePipe implements PipeTransform {
  async transform(file: { buffer: Buffer } | undefined): Promise<SubscriberFile> {
    if (file === undefined) {
      throw new BadRequestException("Upload the CSV file in the form field 'subscribers'");
    }
    try {
      return await SubscriberFile.open(file.buffer);
    } catch (error) {
      if (error instanceof SubscriberFileError) throw new BadRequestException(error.message);
      throw error;
    }
  }
}
